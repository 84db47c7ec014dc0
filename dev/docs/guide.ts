// The set-up guide as a list of things to do in the order of the page: commands to type, and paragraphs whose steps are somebody's by hand.
import { type Command, commandsOf } from './commands.ts';

export type GuideStep = { commands: Command[] } | { prose: string };

/** A page's fenced commands, and all text between them, paragraph by paragraph. */
export function stepsOfPage(page: string, markdown: string): GuideStep[] {
  const steps: GuideStep[] = [];
  for (const part of markdown.split(/^(?=```)|(?<=^```\n)/m)) {
    if (part.startsWith('```sh\n'))
      steps.push({ commands: commandsOf(page, part.endsWith('```\n') ? part : `${part}\`\`\`\n`) });
    else if (!part.startsWith('```'))
      for (const prose of part.split(/\n{2,}/)) if (prose.trim()) steps.push({ prose: prose.trim() });
  }
  return steps;
}
