using System.Text.Json;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine;
using CryptoInsight.Lake.Gold;

namespace CryptoInsight.Host.Api;

/// <summary>One browser's stream of server-sent events: changed signals of the series it shows, changed symbols, and the growing tables.</summary>
public sealed class ChangeStream(MedallionPipeline pipeline, Func<SymbolsDocument> symbols, Func<TablesDocument> tables)
{
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_tablesEvery = TimeSpan.FromSeconds(2);
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    public async Task WriteAsync(HttpContext context, string? symbol, string? timeframe, CancellationToken ct)
    {
        Symbol s = default;
        Interval? t = null;
        if ((symbol is not null && !Symbol.TryParse(symbol, out s)) || (timeframe is not null && !Interval.TryParse(timeframe, out t)))
        {
            await NodeApi.Wrong("symbol is letters and digits, timeframe one of the exchange's intervals; both may be left out.").ExecuteAsync(context);
            return;
        }

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        await using IAsyncEnumerator<IReadOnlyList<StampedSignal>> changes = pipeline.Signals.WatchAsync(ct).GetAsyncEnumerator(ct);
        Task<bool> next = changes.MoveNextAsync().AsTask();
        await SendAsync(context, "tables", tables(), ct);
        DateTimeOffset sentAt = pipeline.Clock.GetUtcNow();
        string lastTables = "";
        Dictionary<string, long?> prices = [];
        try
        {
            while (!ct.IsCancellationRequested)
            {
                Task first = await Task.WhenAny(next, Task.Delay(s_tablesEvery, pipeline.Clock, ct));
                if (first == next)
                {
                    if (!await next)
                    {
                        return;
                    }

                    await SendChangesAsync(context, changes.Current, s, t, ct);
                    next = changes.MoveNextAsync().AsTask();
                    sentAt = pipeline.Clock.GetUtcNow();
                }

                if (await SendPricesAsync(context, prices, ct))
                {
                    sentAt = pipeline.Clock.GetUtcNow();
                }

                string now = JsonSerializer.Serialize(tables(), s_json);
                if (now != lastTables)
                {
                    lastTables = now;
                    await SendTextAsync(context, "tables", now, ct);
                    sentAt = pipeline.Clock.GetUtcNow();
                }
                else if (pipeline.Clock.GetUtcNow() - sentAt >= s_heartbeat)
                {
                    await context.Response.WriteAsync(": alive\n\n", ct);
                    await context.Response.Body.FlushAsync(ct);
                    sentAt = pipeline.Clock.GetUtcNow();
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The browser went away, or the node stops.
        }
    }

    /// <summary>The symbols whose price moved since this browser was told: open candles feed it long before they close.</summary>
    private async Task<bool> SendPricesAsync(HttpContext context, Dictionary<string, long?> told, CancellationToken ct)
    {
        SymbolsDocument all = symbols();
        SymbolDocument[] moved = [.. all.Symbols.Where(d => d.LastPriceAt is not null && told.GetValueOrDefault(d.Symbol) != d.LastPriceAt)];
        foreach (SymbolDocument document in moved)
        {
            told[document.Symbol] = document.LastPriceAt;
        }

        if (moved.Length > 0)
        {
            await SendAsync(context, "symbols", all with { Symbols = moved }, ct);
        }

        return moved.Length > 0;
    }

    private async Task SendChangesAsync(HttpContext context, IReadOnlyList<StampedSignal> rows, Symbol symbol, Interval? timeframe, CancellationToken ct)
    {
        List<SignalDocument> shown = [.. rows.Where(r => r.Row.Symbol == symbol && r.Row.Timeframe == timeframe).OrderBy(r => r.Row.BucketStart).Select(SignalDocument.Of)];
        if (shown.Count > 0)
        {
            await SendAsync(context, "signals", new SignalsDocument(symbol.Code, timeframe!.Code, shown), ct);
        }

        HashSet<string> changed = [.. rows.Select(r => r.Row.Symbol.Code)];
        SymbolsDocument all = symbols();
        await SendAsync(context, "symbols", all with { Symbols = [.. all.Symbols.Where(d => changed.Contains(d.Symbol))] }, ct);
    }

    private static Task SendAsync<T>(HttpContext context, string name, T document, CancellationToken ct) =>
        SendTextAsync(context, name, JsonSerializer.Serialize(document, s_json), ct);

    private static async Task SendTextAsync(HttpContext context, string name, string json, CancellationToken ct)
    {
        await context.Response.WriteAsync($"event: {name}\ndata: {json}\n\n", ct);
        await context.Response.Body.FlushAsync(ct);
    }
}
