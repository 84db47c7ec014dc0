// RSA keys for the tests in workerd. To make a pair takes a core a tenth of a second, now and then a whole one, and nearly every test sets
// up a tenant: real pairs, each made once, and handed out in turn. No tenant of a test gets one twice: none makes as many.

const STOCK = 64;
const stock: Promise<unknown>[] = [];
let drawn = 0;

type GenerateKey = (...given: Parameters<SubtleCrypto['generateKey']>) => Promise<unknown>;
const subtle = crypto.subtle as { generateKey: GenerateKey };
const make = subtle.generateKey.bind(crypto.subtle);

subtle.generateKey = (...given) => {
  const [algorithm] = given;
  if (typeof algorithm === 'string' || algorithm.name !== 'RSA-OAEP') return make(...given);
  const place = drawn++ % STOCK;
  const pair = stock[place] ?? make(...given);
  stock[place] = pair;
  return pair;
};
