using System.Globalization;
using Apache.Arrow;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Lake.Gold;

/// <summary><c>gold_signals</c>: one row per symbol, timeframe and bucket, a pure function of Silver, the index and the settings (INV-5).</summary>
public sealed class GoldSignalsTable(DeltaTable table)
{
    public const string Name = "gold_signals";

    /// <summary>The column with the time at which a row's bucket begins.</summary>
    public const string BucketStart = "bucket_start";

    private static readonly int s_epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    private static readonly string[] s_key = ["symbol", "timeframe", "bucket_start"];

    private static readonly TableShape<StampedSignal> s_shape = new TableShape<StampedSignal>()
        .Text("symbol", r => r.Row.Symbol.Code)
        .Text("timeframe", r => r.Row.Timeframe.Code)
        .Time("bucket_start", r => r.Row.BucketStart)
        .Time("bucket_end", r => r.Row.BucketEnd)
        .Number("open", r => r.Row.Open)
        .Number("high", r => r.Row.High)
        .Number("low", r => r.Row.Low)
        .Number("close", r => r.Row.Close)
        .Number("avg_price", r => r.Row.AvgPrice)
        .NullableNumber("vwap", r => r.Row.Vwap)
        .Number("volume", r => r.Row.Volume)
        .NullableNumber("quote_volume", r => r.Row.QuoteVolume)
        .NullableLong("trades", r => r.Row.Trades)
        .NullableInt("candles", r => r.Row.Candles, nullable: false)
        .NullableNumber("ma_50", r => r.Row.Ma50)
        .NullableNumber("ma_200", r => r.Row.Ma200)
        .NullableNumber("rsi_14", r => r.Row.Rsi14)
        .Text("cross_signal", r => r.Row.CrossSignal)
        .Text("cross_event", r => r.Row.CrossEvent, nullable: true)
        .NullableFlag("above_ma200", r => r.Row.AboveMa200)
        .NullableNumber("pct_change_24h", r => r.Row.PctChange24h)
        .NullableInt("fng_value", r => r.Row.FngValue)
        .Text("fng_label", r => r.Row.FngLabel, nullable: true)
        .NullableFlag("is_final", r => r.Row.IsFinal, nullable: false)
        .Time("updated_at", r => r.UpdatedAt)
        .Date("dt", r => r.Row.BucketStart.Day);

    private static readonly TableShape<SignalKey> s_keyShape = new TableShape<SignalKey>()
        .Text("symbol", k => k.Symbol.Code)
        .Text("timeframe", k => k.Timeframe.Code)
        .Time("bucket_start", k => k.BucketStart);

    public static TableDefinition Definition { get; } = new(s_shape.Schema)
    {
        PartitionColumns = ["dt"],
        Properties = new Dictionary<string, string>
        {
            ["delta.enableDeletionVectors"] = "true",
            ["delta.checkpointInterval"] = "100",
            ["delta.logRetentionDuration"] = "interval 1 day",
            ["delta.deletedFileRetentionDuration"] = "interval 1 day", // every upsert leaves tombstones, and every checkpoint rewrites those within retention
        },
        Encodings = new[] { "bucket_start", "bucket_end", "open", "high", "low", "close", "avg_price", "vwap", "volume", "quote_volume", "ma_50", "ma_200", "rsi_14", "pct_change_24h" }
            .ToDictionary(c => c, _ => ColumnEncoding.Plain),
    };

    public DeltaTable Table { get; } = table;

    /// <summary>Commits changed rows with the job's positions, fenced on the version that the plan read.</summary>
    /// <param name="inserts">Rows whose keys are proven absent.</param>
    public Task<CommitOutcome> CommitAsync(
        IReadOnlyList<SignalRow> inserts,
        IReadOnlyList<SignalRow> replacements,
        IReadOnlyList<SignalKey> deletes,
        UnixMicros updatedAt,
        IReadOnlyList<AppTransaction> positions,
        long baseVersion,
        CancellationToken ct = default)
    {
        var spec = new CommitSpec(replacements.Count + deletes.Count == 0 ? "STREAMING UPDATE" : "MERGE") { Transactions = positions, Fence = new Fence(baseVersion) };
        if (inserts.Count + replacements.Count + deletes.Count == 0)
        {
            return Table.CommitTransactionsAsync(spec, ct);
        }

        var changes = new RowChanges(s_key)
        {
            Inserts = Batches(inserts, updatedAt),
            Upserts = Batches(replacements, updatedAt),
            Deletes = deletes.Count == 0 ? [] : [s_keyShape.ToBatch(deletes)],
        };
        return Table.UpsertAsync(changes, spec, ct);
    }

    /// <summary>The signals of a snapshot, all or those that a predicate admits, in no promised order.</summary>
    public async IAsyncEnumerable<IReadOnlyList<StampedSignal>> ReadAsync(
        Snapshot snapshot, Predicate? predicate = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct = default)
    {
        await foreach (RecordBatch batch in Table.ReadAsync(snapshot, null, predicate, ct).ConfigureAwait(false))
        {
            using (batch)
            {
                yield return Signals(batch);
            }
        }
    }

    /// <summary>The signals of files that versions added.</summary>
    public async IAsyncEnumerable<IReadOnlyList<StampedSignal>> ReadFilesAsync(
        IEnumerable<AddFile> files, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct = default)
    {
        await foreach (RecordBatch batch in Table.ReadFilesAsync(Table.Snapshot, files, ct: ct).ConfigureAwait(false))
        {
            using (batch)
            {
                yield return Signals(batch);
            }
        }
    }

    /// <summary>The row changes of versions in (fromExclusive, toInclusive], in order.</summary>
    public async IAsyncEnumerable<(long Version, ChangeKind Kind, IReadOnlyList<StampedSignal> Rows)> ChangesAsync(
        long fromExclusive, long toInclusive, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct = default)
    {
        await foreach (ChangeBatch change in Table.ReadChangesAsync(fromExclusive, toInclusive, null, ct).ConfigureAwait(false))
        {
            using (change.Rows)
            {
                yield return (change.Version, change.Kind, Signals(change.Rows));
            }
        }
    }

    /// <summary>The newest day (days since 1970) that the table has a partition of, or null if it is empty: known from the log alone.</summary>
    public static int? NewestDay(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        string? newest = snapshot.Files.Select(f => f.PartitionValues.GetValueOrDefault("dt")).Max(StringComparer.Ordinal); // YYYY-MM-DD sorts as text
        return newest is null ? null : DateOnly.ParseExact(newest, "yyyy-MM-dd", CultureInfo.InvariantCulture).DayNumber - s_epoch;
    }

    /// <summary>Admits the rows of symbols from one on, up to another, in the order of their codes.</summary>
    /// <param name="from">The first symbol, or null.</param>
    /// <param name="toExclusive">The symbol after the last, or null.</param>
    public static Predicate? OfSymbols(Symbol? from, Symbol? toExclusive)
    {
        Predicate[] terms =
        [
            .. from is { } low ? [new Predicate.Compare("symbol", Comparison.GreaterOrEqual, low.Code)] : (Predicate[])[],
            .. toExclusive is { } high ? [new Predicate.Compare("symbol", Comparison.Less, high.Code)] : (Predicate[])[],
        ];
        return terms.Length == 0 ? null : Predicate.All(terms);
    }

    /// <summary>Admits the rows of a day (since 1970) and later ones, or only those before it.</summary>
    public static Predicate OfDays(int day, bool before) =>
        new Predicate.Compare("dt", before ? Comparison.Less : Comparison.GreaterOrEqual, DateOnly.FromDayNumber(day + s_epoch).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    private static (Symbol Symbol, Interval Timeframe) Series(KnownLabels labels, string? symbol, string? timeframe) =>
        labels.TrySymbol(symbol, out Symbol s) && labels.TryInterval(timeframe, out Interval? t)
            ? (s, t)
            : throw new InvalidDataException($"{Name} holds a row whose symbol or timeframe is none: another writer changed the table. Restore it to the version before, see DESCRIBE HISTORY {Name}.");

    private static RecordBatch[] Batches(IReadOnlyList<SignalRow> rows, UnixMicros updatedAt) =>
        rows.Count == 0 ? [] : [s_shape.ToBatch([.. rows.Select(r => new StampedSignal(r, updatedAt))])];

    private static List<StampedSignal> Signals(RecordBatch batch)
    {
        var reader = new RowReader(batch);
        var labels = new KnownLabels();
        Func<int, string?> symbol = reader.Label("symbol"), timeframe = reader.Label("timeframe");
        Func<int, UnixMicros?> start = reader.Time("bucket_start"), end = reader.Time("bucket_end"), updated = reader.Time("updated_at");
        Func<int, double?> open = reader.Number("open"), high = reader.Number("high"), low = reader.Number("low"), close = reader.Number("close");
        Func<int, double?> average = reader.Number("avg_price"), vwap = reader.Number("vwap"), volume = reader.Number("volume"), quote = reader.Number("quote_volume");
        Func<int, double?> ma50 = reader.Number("ma_50"), ma200 = reader.Number("ma_200"), rsi = reader.Number("rsi_14"), change = reader.Number("pct_change_24h");
        Func<int, long?> trades = reader.Long("trades");
        Func<int, int?> candles = reader.Int("candles"), fng = reader.Int("fng_value");
        Func<int, string?> signal = reader.Label("cross_signal"), crossed = reader.Label("cross_event"), label = reader.Label("fng_label");
        Func<int, bool?> above = reader.Flag("above_ma200"), final = reader.Flag("is_final");
        var rows = new List<StampedSignal>(reader.Count);
        for (int i = 0; i < reader.Count; i++)
        {
            (Symbol s, Interval t) = Series(labels, symbol(i), timeframe(i));
            var row = new SignalRow(
                s, t, start(i)!.Value, end(i)!.Value, open(i)!.Value, high(i)!.Value, low(i)!.Value, close(i)!.Value, average(i)!.Value, vwap(i),
                volume(i)!.Value, quote(i), trades(i), candles(i)!.Value, ma50(i), ma200(i), rsi(i), signal(i)!, crossed(i), above(i), change(i), fng(i), label(i), final(i)!.Value);
            rows.Add(new StampedSignal(row, updated(i)!.Value));
        }

        return rows;
    }
}
