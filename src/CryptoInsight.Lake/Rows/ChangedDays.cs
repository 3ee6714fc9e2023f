using Apache.Arrow;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Operations;

namespace CryptoInsight.Lake.Rows;

/// <summary>Which partitions of a table a range of versions touched, by the rows that they changed: two columns are read.</summary>
public static class ChangedDays
{
    /// <summary>Adds the days of the rows that changed in (fromExclusive, toInclusive]; returns how many rows did.</summary>
    /// <param name="only">Counts only rows with this text in this column.</param>
    public static async Task<long> AddAsync(
        DeltaTable table, long fromExclusive, long toInclusive, (string Column, string Text)? only, ISet<int> days, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(days);
        string[] columns = only is { } filter ? [filter.Column, "dt"] : ["dt"];
        long changes = 0;
        await foreach (ChangeBatch change in table.ReadChangesAsync(fromExclusive, toInclusive, columns, ct).ConfigureAwait(false))
        {
            using (change.Rows)
            {
                changes += Add(change.Rows, only, days);
            }
        }

        return changes;
    }

    private static long Add(RecordBatch rows, (string Column, string Text)? only, ISet<int> days)
    {
        var dates = (Date32Array)rows.Column("dt");
        Func<int, string?>? label = only is { } filter ? new RowReader(rows).Label(filter.Column) : null;
        long changes = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            if (label is null || label(i) == only!.Value.Text)
            {
                days.Add(dates.GetValue(i)!.Value);
                changes++;
            }
        }

        return changes;
    }
}
