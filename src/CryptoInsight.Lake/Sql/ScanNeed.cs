using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;

namespace CryptoInsight.Lake.Sql;

/// <summary>How much of a table one place of a statement needs. A closed union.</summary>
internal abstract record ScanNeed
{
    private ScanNeed()
    {
    }

    /// <summary>The only columns that the place can look at; null: perhaps all.</summary>
    public IReadOnlySet<string>? Columns { get; init; }

    /// <summary>Every row.</summary>
    public sealed record Everything : ScanNeed;

    /// <summary>Only the number of rows.</summary>
    public sealed record Count : ScanNeed;

    /// <summary>Only rows for which the predicate is true.</summary>
    public sealed record Matching(Predicate Predicate) : ScanNeed;

    /// <summary>Only the greatest or least values of some columns, and with <paramref name="Counts"/> the number of rows beside them: rows themselves are not shown.</summary>
    public sealed record Aggregates(IReadOnlyList<(string Column, bool Greatest)> Of, bool Counts) : ScanNeed;

    /// <summary>Only the rows with the greatest or least values of some columns.</summary>
    public sealed record Extremes(IReadOnlyList<(string Column, bool Greatest, long Rows)> Of) : ScanNeed;

    /// <summary>The columns that some place can look at; null: perhaps all.</summary>
    public static IReadOnlySet<string>? ColumnsOf(IReadOnlyList<ScanNeed> needs) =>
        needs.All(n => n.Columns is not null) ? needs.SelectMany(n => n.Columns!).ToHashSet(StringComparer.OrdinalIgnoreCase) : null;

    /// <summary>The files that hold what is needed.</summary>
    public static IReadOnlyCollection<AddFile> FilesFor(IReadOnlyList<ScanNeed> needs, Snapshot snapshot)
    {
        if (needs.Any(n => n is Everything or Count or Aggregates { Counts: true }))
        {
            return snapshot.Files;
        }

        var files = new HashSet<AddFile>(ReferenceEqualityComparer.Instance);
        foreach (ScanNeed need in needs)
        {
            IEnumerable<AddFile> some = need switch
            {
                Matching m => snapshot.FilesFor(m.Predicate),
                Extremes e => e.Of.SelectMany(x => snapshot.FilesWithExtremes(x.Column, x.Greatest, x.Rows)),
                Aggregates a => a.Of.SelectMany(x => snapshot.FilesWithExtremes(x.Column, x.Greatest)),
                _ => snapshot.Files,
            };
            files.UnionWith(some);
        }

        return files;
    }
}
