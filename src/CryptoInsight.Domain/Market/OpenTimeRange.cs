namespace CryptoInsight.Domain.Market;

/// <summary>Open times from <paramref name="From"/> up to <paramref name="To"/>, exclusive.</summary>
/// <param name="From">The first open time.</param>
/// <param name="To">The end, exclusive.</param>
public readonly record struct OpenTimeRange(UnixMicros From, UnixMicros To)
{
    /// <summary>True if no open time is in it.</summary>
    public bool IsEmpty => To <= From;

    /// <summary>True if both have an open time in common.</summary>
    public bool Overlaps(OpenTimeRange other) => From < other.To && other.From < To;

    /// <summary>What both have in common; empty if that is nothing.</summary>
    public OpenTimeRange Common(OpenTimeRange other) => new(UnixMicros.Max(From, other.From), UnixMicros.Min(To, other.To));

    /// <summary>What is left of this range without the others, in order.</summary>
    public IReadOnlyList<OpenTimeRange> Without(IEnumerable<OpenTimeRange> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        List<OpenTimeRange> left = IsEmpty ? [] : [this];
        foreach (OpenTimeRange other in others)
        {
            for (int i = left.Count - 1; i >= 0; i--)
            {
                OpenTimeRange one = left[i];
                if (one.Overlaps(other))
                {
                    left.RemoveAt(i);
                    OpenTimeRange behind = new(other.To, one.To), before = new(one.From, other.From);
                    if (!behind.IsEmpty)
                    {
                        left.Insert(i, behind);
                    }

                    if (!before.IsEmpty)
                    {
                        left.Insert(i, before);
                    }
                }
            }
        }

        return left;
    }
}
