using CryptoInsight.Domain.Continuity;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine;
using CryptoInsight.Host.Node;
using CryptoInsight.Lake.Operations;
using CryptoInsight.Sources.Binance.Streams;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CryptoInsight.Host.Api;

/// <summary>How ingestion fares: the weight budget, the streams, the exchange's clock, and the gaps.</summary>
public sealed class IngestEndpoints(MedallionPipeline pipeline, ExchangeConnection exchange)
{
    private const int LimitMax = 5_000;
    private const int LimitDefault = 500;

    public void Map(RouteGroupBuilder api)
    {
        ArgumentNullException.ThrowIfNull(api);
        api.MapGet("/ingest", () => TypedResults.Ok(Ingest()));
        api.MapGet("/gaps", GapsAsync);
    }

    private IngestDocument Ingest()
    {
        StreamFacts streams = exchange.Streams;
        return new IngestDocument(
            exchange.Name,
            exchange.IsSimulated,
            exchange.Budget is { } budget ? BudgetDocument.Of(budget, pipeline.Options.Ingest.Egress) : null,
            new StreamsDocument(
                streams.Connections, streams.Up, streams.Frames, streams.Closed, streams.Open, streams.Broken, streams.Foreign, streams.Dials, streams.Losses, streams.Replacements,
                streams.Unknown, streams.Down),
            exchange.Clock.OffsetMicros / 1_000,
            exchange.Clock.ErrorMicros / 1_000,
            exchange.Unknown);
    }

    private async Task<Results<Ok<List<GapDocument>>, ProblemHttpResult>> GapsAsync(string? state, string? symbol, int? limit, CancellationToken ct)
    {
        GapState? ofState = null;
        if (state is not null)
        {
            if (!Enum.TryParse(state, ignoreCase: true, out GapState known) || !Enum.IsDefined(known))
            {
                return NodeApi.Wrong("state is open, filled or absent.");
            }

            ofState = known;
        }

        Symbol wanted = default;
        if (symbol is not null && !Symbol.TryParse(symbol, out wanted))
        {
            return NodeApi.Wrong("symbol is letters and digits, such as BTCUSDT.");
        }

        int count = limit ?? LimitDefault;
        if (count is < 1 or > LimitMax)
        {
            return NodeApi.Wrong($"limit is 1 to {LimitMax}.");
        }

        GapsTable table = pipeline.Lake.Operations.Gaps;
        await table.Table.RefreshAsync(ct);
        List<Gap> gaps = [];
        await foreach (Gap gap in table.ReadAsync(ofState, ct))
        {
            if (symbol is null || gap.Symbol == wanted)
            {
                gaps.Add(gap);
            }
        }

        return TypedResults.Ok(gaps.OrderByDescending(g => g.Range.From).ThenBy(g => g.Symbol).ThenBy(g => g.Interval).Take(count).Select(GapDocument.Of).ToList());
    }
}
