// What ccxt, a client that thousands use, makes of an exchange: prints one JSON object that the spec compares with what it knows.
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [base, modules, mode] = process.argv.slice(2);
const require = createRequire(path.join(modules, 'package.json'));
const { default: ccxt } = await import(pathToFileURL(require.resolve('ccxt')).href);
const exchange = new ccxt.binance({ enableRateLimit: false, timeout: 30000, options: { defaultType: 'spot', fetchMarkets: { types: ['spot'] }, fetchCurrencies: false, adjustForTimeDifference: false } });
for (const name of Object.keys(exchange.urls.api)) {
  exchange.urls.api[name] = `${base}/api/v3`;
}

const nameOf = (e) => {
  const names = [];
  for (let c = e.constructor; c && c.name && c !== Error; c = Object.getPrototypeOf(c)) names.push(c.name);
  return names;
};

const answer = { version: ccxt.version, errors: [] };
if (mode === 'read') {
  const markets = await exchange.loadMarkets();
  answer.markets = Object.values(markets).map((m) => m.id).sort();
  answer.serverTime = await exchange.fetchTime();
  const until = Math.floor(answer.serverTime / 60000) * 60000;
  let since = until - 1500 * 60000;
  answer.rows = [];
  while (since < until) {
    const page = await exchange.fetchOHLCV('BTC/USDT', '1m', since, 400);
    const rows = page.filter((r) => r[0] >= since && r[0] < until);
    answer.rows.push(...rows);
    since = page.length === 0 ? since + 400 * 60000 : page[page.length - 1][0] + 60000;
  }
  answer.until = until;
  try {
    await exchange.publicGetKlines({ symbol: 'NOSUCH', interval: '1m' });
  } catch (e) {
    answer.badSymbol = { names: nameOf(e), text: e.message };
  }
} else {
  for (let i = 0; i < 60; i++) {
    try {
      await exchange.publicGetKlines({ symbol: 'BTCUSDT', interval: '1m', limit: 2 });
    } catch (e) {
      answer.errors.push({ names: nameOf(e), text: e.message.slice(0, 200) });
    }
  }
}

console.log(JSON.stringify(answer));
