// The picture of the house as SVG: floors one above the other, each with its rooms, and arrows to the floors that each
// stands on. `node dev/docs/house-picture.ts` draws it from the tables of docs/architecture.md.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../lib/run.ts';
import { type Floor, floorsOfPage } from './house.ts';

export const PICTURE = 'docs/pictures/house.svg';

const WIDTH = 1080;
const MARGIN = 24;
const GAP = 28;
const BETWEEN = 72;
const TITLE = 30;
const ROOM = 26;
const PAD = 10;
const ROOMS_A_LINE = 4;
/** The width of a letter at 12 px, a little more than most have; and of a letter in a name. */
const LETTER = 7;
const NAME_LETTER = 9;

type Room = { name: string; x: number; y: number; width: number };
type Box = { floor: Floor; x: number; y: number; width: number; height: number; rooms: Room[] };

/** All floors that a floor may import by way of others. */
const reached = (name: string, floors: readonly Floor[]): Set<string> => {
  const direct = floors.find((floor) => floor.name === name)?.imports ?? [];
  return new Set(direct.flatMap((to) => [to, ...reached(to, floors)]));
};

/** The floors that a floor stands on: those it imports, except those that the floors below it already import. */
const standsOn = ({ imports }: Floor, floors: readonly Floor[]): string[] =>
  imports.filter((to) => !imports.some((other) => other !== to && reached(other, floors).has(to)));

/** How far from the top: just below the lowest that imports it. */
const depthOf = ({ name }: Floor, floors: readonly Floor[]): number =>
  Math.max(0, ...floors.filter(({ imports }) => imports.includes(name)).map((floor) => 1 + depthOf(floor, floors)));

const shortOf = (room: string): string => (room.endsWith('/*.ts') ? 'files beside' : path.posix.basename(room));
const widthOf = (room: string): number => shortOf(room).length * LETTER + 2 * PAD;

/** Wide enough for its name, and for its rooms in a few lines. */
function leastWidth({ name, rooms }: Floor): number {
  const lines = Math.ceil(rooms.length / ROOMS_A_LINE);
  const sum = rooms.reduce((all, room) => all + widthOf(room) + 6, 0);
  return Math.max((name.length + 1) * NAME_LETTER, lines === 0 ? 0 : sum / lines + 30) + 2 * PAD;
}

/** The rooms from left to right, in as many lines as they take. */
function placeRooms({ rooms }: Floor, width: number): Room[] {
  let x = PAD;
  let y = TITLE;
  return rooms.map((room) => {
    const wide = widthOf(room);
    if (x + wide > width - PAD) {
      x = PAD;
      y += ROOM + 6;
    }
    const placed = { name: shortOf(room), x, y, width: wide };
    x += wide + 6;
    return placed;
  });
}

/** A row fills the width, unless an arrow has to pass beside it. */
function placeRow(row: readonly Floor[], y: number, isPassed: boolean): Box[] {
  const gaps = GAP * (row.length - 1);
  const least = row.reduce((sum, floor) => sum + leastWidth(floor), 0);
  const stretch = isPassed ? 1 : (WIDTH - 2 * MARGIN - gaps) / least;
  let x = MARGIN;
  const boxes = row.map((floor) => {
    const width = leastWidth(floor) * stretch;
    const rooms = placeRooms(floor, width);
    const box = { floor, x, y, width, height: (rooms.at(-1)?.y ?? TITLE - ROOM) + ROOM + PAD, rooms };
    x += width + GAP;
    return box;
  });
  const height = Math.max(...boxes.map((box) => box.height));
  return boxes.map((box) => ({ ...box, height }));
}

function placeFloors(floors: readonly Floor[]): Box[] {
  const depth = (floor: Floor) => depthOf(floor, floors);
  const deepest = Math.max(...floors.map(depth));
  let y = MARGIN;
  const boxes: Box[] = [];
  for (let level = 0; level <= deepest; level += 1) {
    const below = floors.filter((floor) => depth(floor) > level).map(({ name }) => name);
    const isPassed = floors.some(
      (floor) => depth(floor) < level && standsOn(floor, floors).some((to) => below.includes(to)),
    );
    const row = placeRow(
      floors.filter((floor) => depth(floor) === level),
      y,
      isPassed,
    );
    boxes.push(...row);
    y += (row[0]?.height ?? 0) + BETWEEN;
  }
  return boxes;
}

const round = (value: number): string => String(Math.round(value));

/** The `place`-th of a number of points along a box's edge. */
const along = ({ x, width }: Box, place: number, count: number): number => x + (width * (place + 1)) / (count + 1);

/** From the foot of each box to the heads of those that it stands on: straight down if that leads there. */
function drawArrows(boxes: readonly Box[], floors: readonly Floor[]): string[] {
  const below = (from: Box) => boxes.filter((to) => standsOn(from.floor, floors).includes(to.floor.name));
  const above = (to: Box) => boxes.filter((from) => below(from).includes(to));
  return boxes.flatMap((from) =>
    below(from)
      .toSorted((a, b) => a.x - b.x)
      .map((to, place, all) => {
        const x1 = along(from, place, all.length);
        const sources = above(to).toSorted((a, b) => a.x - b.x);
        const isOver = x1 > to.x + PAD && x1 < to.x + to.width - PAD;
        const x2 = isOver ? x1 : along(to, sources.indexOf(from), sources.length);
        const y1 = from.y + from.height;
        const [a, b] = [round(x1), round(x2)];
        return `<path d="M${a} ${round(y1)} C${a} ${round(y1 + 44)} ${b} ${round(to.y - 48)} ${b} ${round(to.y - 2)}" marker-end="url(#head)"/>`;
      }),
  );
}

const drawBox = ({ floor, x, y, width, height, rooms }: Box): string[] => [
  `<rect class="floor" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="4"/>`,
  `<text class="name" x="${round(x + PAD)}" y="${round(y + 20)}">${floor.name}/</text>`,
  ...rooms.flatMap((room) => [
    `<rect class="room" x="${round(x + room.x)}" y="${round(y + room.y)}" width="${round(room.width)}" height="${ROOM}" rx="3"/>`,
    `<text x="${round(x + room.x + PAD)}" y="${round(y + room.y + 17)}">${room.name}</text>`,
  ]),
];

const STYLE = [
  'text{font:12px ui-sans-serif,system-ui,sans-serif;fill:#1c2430}.name{font-weight:600;font-size:14px}',
  '.floor{fill:#eef3f8;stroke:#5b6b80}.room{fill:#fff;stroke:#b4c0ce}path{fill:none;stroke:#5b6b80;stroke-width:1.5}marker path{fill:#5b6b80}',
].join('');

/** The picture of these floors. */
export function drawHouse(floors: readonly Floor[]): string {
  const boxes = placeFloors(floors);
  const height = Math.max(...boxes.map((box) => box.y + box.height)) + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${round(height)}" role="img" aria-label="The house: floors, their rooms, and what each floor stands on">`,
    `<style>${STYLE}</style>`,
    '<marker id="head" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker>',
    `<rect width="${WIDTH}" height="${round(height)}" fill="#fff"/>`,
    ...drawArrows(boxes, floors),
    ...boxes.flatMap(drawBox),
    '</svg>',
    '',
  ].join('\n');
}

if (import.meta.main) writeFileSync(path.join(root, PICTURE), drawHouse(floorsOfPage()));
