// What a person reads in a terminal may be bold or dim; what a program reads never is. By itself, because commands share it and import none
// of each other.

const colour = (code: number, text: string) =>
  process.stdout.isTTY && !process.env.NO_COLOR ? `\u001b[${code}m${text}\u001b[0m` : text;

export const bold = (text: string): string => colour(1, text);
export const dim = (text: string): string => colour(2, text);
