using System.Collections.Concurrent;
using CryptoInsight.Domain.Market;
using CryptoInsight.Sources.Binance.Streams;

namespace CryptoInsight.Engine.Operations;

/// <summary>The newest price of every symbol, as streams tell it between two closes: for people's eyes; no table and no signal is made from it.</summary>
public sealed class LivePrices
{
    private readonly ConcurrentDictionary<Symbol, LivePrice> _newest = new();

    public void Put(LivePrice price) =>
        _newest.AddOrUpdate(price.Symbol, static (_, p) => p, static (_, before, p) => p.EventTime >= before.EventTime ? p : before, price);

    public LivePrice? Find(Symbol symbol) => _newest.TryGetValue(symbol, out LivePrice price) ? price : null;
}
