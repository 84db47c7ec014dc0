import { walkLost } from './torture/answers-portal.ts';
try { console.log(await walkLost(Number(process.argv[2]), Number(process.argv[3]), process.argv[4]?.split(','))); } catch (e) { console.log(e); }
process.exit(0);
