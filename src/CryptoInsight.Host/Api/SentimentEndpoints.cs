using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Sentiment;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Positions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CryptoInsight.Host.Api;

/// <summary>The Fear and Greed index and the top traders' newest positions.</summary>
public sealed class SentimentEndpoints(LakeTables lake)
{
    private const int DaysMax = 5_000;
    private const int DaysDefault = 90;

    private readonly VersionedRows<FearGreedDay> _index = new(lake.FearGreed.Gold);
    private readonly VersionedRows<StampedSummary> _positions = new(lake.Positions.Summary);

    public void Map(RouteGroupBuilder api)
    {
        ArgumentNullException.ThrowIfNull(api);
        api.MapGet("/sentiment", SentimentAsync);
        api.MapGet("/positions", PositionsAsync);
    }

    private async Task<Results<Ok<SentimentDocument>, ProblemHttpResult>> SentimentAsync(int? limit, CancellationToken ct)
    {
        int count = limit ?? DaysDefault;
        if (count is < 1 or > DaysMax)
        {
            return NodeApi.Wrong($"limit is 1 to {DaysMax} days.");
        }

        FearGreedDocument[] days = [.. (await _index.NewestAsync(ct)).OrderBy(d => d.Time).TakeLast(count).Select(FearGreedDocument.Of)];
        return TypedResults.Ok(new SentimentDocument(days.LastOrDefault(), days));
    }

    private async Task<Results<Ok<PositionsDocument>, ProblemHttpResult>> PositionsAsync(string? symbol, CancellationToken ct)
    {
        Symbol only = default;
        if (symbol is not null && !Symbol.TryParse(symbol, out only))
        {
            return NodeApi.Wrong("symbol is letters and digits; it may be left out.");
        }

        IEnumerable<PositionDocument> positions = (await _positions.NewestAsync(ct)).Where(p => symbol is null || p.Row.Symbol == only).Select(PositionDocument.Of);
        return TypedResults.Ok(new PositionsDocument([.. positions.OrderByDescending(p => p.Notional).ThenBy(p => p.Uid, StringComparer.Ordinal).ThenBy(p => p.Symbol, StringComparer.Ordinal)]));
    }
}
