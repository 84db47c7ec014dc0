// The help of the PowerShell module's public functions as MAML, made from the comment in each: what Get-Help shows, in a file of its own.
const HELP = /<#\n([\s\S]*?)\n\s*#>/;
const SECTION = /^\s*\.(SYNOPSIS|DESCRIPTION|PARAMETER|EXAMPLE|OUTPUTS)(?: (\w+))?\s*$/;
/** One parameter a line, as every function here has it: attributes, a type, a name. */
const PARAMETER =
  /^\s*((?:\[(?:Parameter|Allow|Validate)\w*(?:\([^\n]*?\))?\] )*)\s*(?:\[([\w.]+(?:\[\])?)\] )?\$(\w+)(?: = ([^\n]*?))?,?$/gm;

type Parameter = { name: string; type: string; isMandatory: boolean; position: string; isPiped: boolean; text: string };
export type Help = {
  name: string;
  synopsis: string;
  description: string;
  parameters: Parameter[];
  examples: string[];
  outputs: string;
};

/** Reads a function's file. Throws one sentence where a part is missing. */
export function helpOf(name: string, source: string): Help {
  const comment = HELP.exec(source)?.[1];
  if (comment === undefined) throw new Error(`${name} has no help`);
  const sections: { kind: string; of: string; lines: string[] }[] = [];
  for (const line of comment.split('\n')) {
    const [, kind, of = ''] = SECTION.exec(line) ?? [];
    if (kind === undefined) sections.at(-1)?.lines.push(line.trim());
    else sections.push({ kind, of, lines: [] });
  }
  const texts = (kind: string, of = '') =>
    sections.filter((one) => one.kind === kind && (of === '' || one.of === of)).map(({ lines }) => lines);
  const prose = (kind: string, of?: string) => (texts(kind, of)[0] ?? []).join(' ');
  const code = source.replace(HELP, '');
  const block = code.slice(code.indexOf('param('), code.indexOf('$ErrorActionPreference'));
  const parameters = [...block.matchAll(PARAMETER)].map(([, attributes = '', type = 'Object', parameter = '']) => ({
    name: parameter,
    type,
    isMandatory: attributes.includes('Mandatory = $true'),
    position: /Position = (\d)/.exec(attributes)?.[1] ?? 'named',
    isPiped: attributes.includes('ValueFromPipeline'),
    text: prose('PARAMETER', parameter),
  }));
  const missing = parameters.find(({ text }) => text === '');
  if (missing) throw new Error(`${name} says nothing about ${missing.name}`);
  if (texts('PARAMETER').length !== parameters.length) throw new Error(`${name} explains a parameter that it has not`);
  return {
    name,
    synopsis: prose('SYNOPSIS'),
    description: prose('DESCRIPTION'),
    parameters,
    examples: texts('EXAMPLE').map((lines) => lines.join('\n')),
    outputs: prose('OUTPUTS'),
  };
}

const xml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const paragraph = (text: string) => `<maml:para>${xml(text)}</maml:para>`;

const parameterXml = ({ name, type, isMandatory, position, isPiped, text }: Parameter) =>
  `<command:parameter required="${isMandatory}" position="${position}" pipelineInput="${isPiped ? 'true (ByValue)' : 'false'}" globbing="false">
<maml:name>${name}</maml:name><maml:description>${paragraph(text)}</maml:description>
${type === 'switch' ? '' : `<command:parameterValue required="true">${type}</command:parameterValue>\n`}<dev:type><maml:name>${type}</maml:name></dev:type>
</command:parameter>`;

const exampleXml = (code: string, index: number) =>
  `<command:example><maml:title>Example ${index + 1}</maml:title><dev:code>${xml(code)}</dev:code><dev:remarks><maml:para/></dev:remarks></command:example>`;

const commandXml = ({ name, synopsis, description, parameters, examples, outputs }: Help): string => {
  const [verb = '', noun = ''] = name.split('-');
  return `<command:command xmlns:maml="http://schemas.microsoft.com/maml/2004/10" xmlns:command="http://schemas.microsoft.com/maml/dev/command/2004/10" xmlns:dev="http://schemas.microsoft.com/maml/dev/2004/10">
<command:details><command:name>${name}</command:name><command:verb>${verb}</command:verb><command:noun>${noun}</command:noun><maml:description>${paragraph(synopsis)}</maml:description></command:details>
<maml:description>${paragraph(description)}</maml:description>
<command:syntax><command:syntaxItem><maml:name>${name}</maml:name>
${parameters.map(parameterXml).join('\n')}
</command:syntaxItem></command:syntax>
<command:parameters>
${parameters.map(parameterXml).join('\n')}
</command:parameters>
${outputs === '' ? '' : `<command:returnValues><command:returnValue><dev:type><maml:name>${xml(outputs)}</maml:name></dev:type></command:returnValue></command:returnValues>\n`}<command:examples>
${examples.map(exampleXml).join('\n')}
</command:examples>
</command:command>`;
};

/** The file of all of them. */
export const helpXml = (all: readonly Help[]): string =>
  `<?xml version="1.0" encoding="utf-8"?>
<helpItems schema="maml" xmlns="http://msh">
${all.map(commandXml).join('\n')}
</helpItems>
`;

/** The file of a function with a pointer to that file in place of its help. */
export const withoutHelp = (source: string): string =>
  source.replace(HELP, '<#\n    .EXTERNALHELP ../TotlProvision-help.xml\n    #>');
