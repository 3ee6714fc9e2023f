using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Apache.Arrow;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Continuity;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Lake.Operations;

/// <summary><c>ops_gaps</c>: which candles are or were missing, and what the exchange said about them (INV-7).</summary>
public sealed class GapsTable(DeltaTable table)
{
    public const string Name = "ops_gaps";

    private static readonly JsonSerializerOptions s_json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly TableShape<Gap> s_shape = new TableShape<Gap>()
        .Text("symbol", r => r.Symbol.Code)
        .Text("interval", r => r.Interval.Code)
        .Time("gap_start", r => r.Range.From)
        .Time("gap_end", r => r.Range.To)
        .Text("state", r => WordOf(r.State))
        .Time("found_at", r => r.FoundAt)
        .NullableTime("settled_at", r => r.SettledAt)
        .Text("evidence_json", r => Evidence(r.Evidence))
        .Date("dt", r => r.Range.From.Day);

    public static TableDefinition Definition { get; } = OperationsTables.Define(s_shape.Schema);

    public DeltaTable Table { get; } = table;

    /// <summary>The state as the table has it.</summary>
    public static string WordOf(GapState state) => state switch { GapState.Open => "open", GapState.Filled => "filled", _ => "absent" };

    /// <summary>What is known of a gap, as the table has it: a JSON array of {at, what}, oldest first.</summary>
    public static string Evidence(IEnumerable<GapEvidence> evidence) =>
        JsonSerializer.Serialize(evidence.Select(e => new EvidenceDocument(e.At.ToString(), e.What)), s_json);

    /// <summary>Writes gaps as they stand now; a gap that is there already (same symbol, interval and start) is replaced.</summary>
    public Task<CommitOutcome> PutAsync(IReadOnlyList<Gap> gaps, CancellationToken ct = default) =>
        Table.UpsertAsync(new RowChanges(["dt", "symbol", "interval", "gap_start"]) { Upserts = [s_shape.ToBatch(gaps)] }, new CommitSpec("MERGE"), ct);

    /// <summary>The gaps of all states or of one, in no promised order; rows that no gap can be (another writer's) are left out.</summary>
    public async IAsyncEnumerable<Gap> ReadAsync(GapState? state = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        Predicate? ofState = state is { } one ? Predicate.Equal("state", WordOf(one)) : null;
        await foreach (RecordBatch batch in Table.ReadAsync(Table.Snapshot, null, ofState, ct).ConfigureAwait(false))
        {
            using (batch)
            {
                foreach (Gap gap in Gaps(batch))
                {
                    yield return gap;
                }
            }
        }
    }

    private static List<Gap> Gaps(RecordBatch batch)
    {
        var reader = new RowReader(batch);
        var labels = new KnownLabels();
        Func<int, string?> symbol = reader.Label("symbol"), interval = reader.Label("interval"), state = reader.Label("state"), evidence = reader.Text("evidence_json");
        Func<int, UnixMicros?> from = reader.Time("gap_start"), to = reader.Time("gap_end"), found = reader.Time("found_at"), settled = reader.Time("settled_at");
        var gaps = new List<Gap>(reader.Count);
        for (int i = 0; i < reader.Count; i++)
        {
            if (labels.TrySymbol(symbol(i), out Symbol s) && labels.TryInterval(interval(i), out Interval? v) && from(i) is { } start && to(i) is { } end && StateOf(state(i)) is { } known)
            {
                gaps.Add(new Gap(s, v, new OpenTimeRange(start, end), known, found(i) ?? start, settled(i), Read(evidence(i))));
            }
        }

        return gaps;
    }

    private static GapState? StateOf(string? word) => word switch { "open" => GapState.Open, "filled" => GapState.Filled, "absent" => GapState.Absent, _ => null };

    private static ImmutableArray<GapEvidence> Read(string? json)
    {
        try
        {
            return [.. (JsonSerializer.Deserialize<EvidenceDocument[]>(json ?? "[]", s_json) ?? []).Select(e => new GapEvidence(
                DateTimeOffset.TryParse(e.at, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out DateTimeOffset at) ? UnixMicros.From(at) : default,
                e.what))];
        }
        catch (JsonException)
        {
            return []; // a row that somebody wrote by hand: the gap counts, its story does not
        }
    }

    private sealed record EvidenceDocument(string at, string what);
}
