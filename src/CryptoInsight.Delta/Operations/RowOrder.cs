using System.Runtime.InteropServices;

namespace CryptoInsight.Delta.Operations;

/// <summary>For each place in the new order the number that the row had in the old one.</summary>
/// <remarks>Asked only for the few rows that others delete while a rewrite is under way, so it may lie on the disk, where it is read through once.</remarks>
internal sealed class RowOrder(string? folder) : IDisposable
{
    /// <summary>Places in memory: eight bytes each.</summary>
    private const int HeldMax = 1 << 21;

    private readonly List<long[]> _held = [];
    private FileStream? _file;
    private long _places;

    /// <summary>Adds the next places.</summary>
    public void Add(long[] rows)
    {
        _places += rows.Length;
        if (_file is null && _places <= HeldMax)
        {
            _held.Add(rows);
            return;
        }

        if (_file is null)
        {
            _file = SpillFile.Open(folder);
            _held.ForEach(Write);
            _held.Clear();
        }

        Write(rows);
    }

    /// <summary>The places of some rows.</summary>
    public IReadOnlyDictionary<long, long> PlacesOf(IReadOnlySet<long> rows)
    {
        Dictionary<long, long> places = new(rows.Count);
        long place = 0;
        foreach (long[] some in rows.Count == 0 ? [] : Chunks())
        {
            foreach (long row in some)
            {
                if (rows.Contains(row))
                {
                    places[row] = place;
                }

                place++;
            }
        }

        return places;
    }

    public void Dispose() => _file?.Dispose();

    private void Write(long[] rows) => _file!.Write(MemoryMarshal.AsBytes(rows.AsSpan()));

    private IEnumerable<long[]> Chunks()
    {
        if (_file is null)
        {
            foreach (long[] some in _held)
            {
                yield return some;
            }

            yield break;
        }

        _file.Position = 0;
        for (long left = _places; left > 0;)
        {
            long[] some = new long[Math.Min(left, 1 << 16)];
            _file.ReadExactly(MemoryMarshal.AsBytes(some.AsSpan()));
            left -= some.Length;
            yield return some;
        }

        _file.Position = _file.Length;
    }
}
