// Text for a person in a terminal may be bold or dim; text for a program never is.

const colour = (code: number, text: string) =>
  process.stdout.isTTY && !process.env.NO_COLOR ? `\u001b[${code}m${text}\u001b[0m` : text;

export const bold = (text: string): string => colour(1, text);
export const dim = (text: string): string => colour(2, text);
