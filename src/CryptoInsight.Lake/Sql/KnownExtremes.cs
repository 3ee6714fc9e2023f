using Apache.Arrow;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Lake.Sql;

/// <summary>The greatest and least values of a table's columns: from the log where it knows them, and for instants, which it keeps to the millisecond only, from the few files that can hold them.</summary>
/// <remarks>A data file never changes, so what was read of one is kept. For one table; one caller at a time.</remarks>
internal sealed class KnownExtremes(DeltaTable table)
{
    /// <summary>Above these DuckDB, which reads on all cores, is faster.</summary>
    private const int FilesMax = 4;

    private const long BytesMax = 8L << 20;

    private const int KeptMax = 1_000;

    private readonly Dictionary<(string Path, string? DeletedRows, string Column, bool Greatest), long?> _kept = [];

    private readonly Dictionary<(string Column, bool Greatest), KnownValue?> _answers = [];
    private Snapshot? _answered;

    /// <summary>The value, or null if rows must be read to know it.</summary>
    public async Task<KnownValue?> FindAsync(Snapshot snapshot, StructField field, bool greatest, CancellationToken ct)
    {
        if (!ReferenceEquals(_answered, snapshot))
        {
            _answers.Clear();
            _answered = snapshot;
        }

        return _answers.TryGetValue((field.Name, greatest), out KnownValue? answer)
            ? answer
            : _answers[(field.Name, greatest)] = await LookAsync(snapshot, field, greatest, ct).ConfigureAwait(false);
    }

    private async Task<KnownValue?> LookAsync(Snapshot snapshot, StructField field, bool greatest, CancellationToken ct)
    {
        if (snapshot.KnownExtreme(field.Name, greatest) is { } known)
        {
            return known;
        }

        if (field.Type != DataType.Timestamp && field.Type != DataType.TimestampNtz)
        {
            return null;
        }

        AddFile[] files = [.. snapshot.FilesWithExtremes(field.Name, greatest).Take(FilesMax + 1)];
        if (files.Length > FilesMax || files.Sum(f => f.Size) > BytesMax)
        {
            return null;
        }

        long? found = null;
        foreach (AddFile file in files)
        {
            found = Further(found, await OfFileAsync(snapshot, file, field, greatest, ct).ConfigureAwait(false), greatest);
        }

        return new KnownValue(found);
    }

    private async Task<long?> OfFileAsync(Snapshot snapshot, AddFile file, StructField field, bool greatest, CancellationToken ct)
    {
        var key = (file.Path, file.DeletionVector?.UniqueId, field.Name, greatest);
        if (_kept.TryGetValue(key, out long? known))
        {
            return known;
        }

        long? found = null;
        await foreach (RecordBatch rows in table.ReadFilesAsync(snapshot, [file], [field.Name], ct: ct).ConfigureAwait(false))
        {
            using (rows)
            {
                var instants = (TimestampArray)rows.Column(0);
                for (int row = 0; row < instants.Length; row++)
                {
                    found = Further(found, instants.GetValue(row), greatest);
                }
            }
        }

        if (_kept.Count >= KeptMax)
        {
            _kept.Clear();
        }

        return _kept[key] = found;
    }

    private static long? Further(long? a, long? b, bool greatest) => a is null ? b : b is null ? a : greatest ? Math.Max(a.Value, b.Value) : Math.Min(a.Value, b.Value);
}
