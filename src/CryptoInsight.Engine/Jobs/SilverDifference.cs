using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Jobs;

/// <summary>What has to be written so that Silver holds what Bronze says, by key. Pure.</summary>
internal sealed class SilverDifference
{
    private readonly List<SilverCandle> _inserts = [];
    private readonly List<SilverCandle> _replacements = [];
    private readonly List<CandleKey> _deletes = [];

    /// <summary>Winners that are written.</summary>
    public int Accepted { get; private set; }

    /// <summary>Winners that Silver's row is greater than.</summary>
    public int Superseded { get; private set; }

    /// <summary>Winners that Silver has already.</summary>
    public int Unchanged { get; private set; }

    /// <summary>Rows held.</summary>
    public int RowCount => _inserts.Count + _replacements.Count + _deletes.Count;

    /// <summary>Adds the keys of one part.</summary>
    /// <param name="winners">The greatest row of every key that Bronze has.</param>
    /// <param name="existing">All rows of the part in Silver; those that are compared are taken out.</param>
    /// <param name="exact">True: Silver becomes equal to the winners, whatever it has. False: a greater row of Silver stays, and so does a row without a winner.</param>
    public void Add(IEnumerable<SilverCandle> winners, Dictionary<CandleKey, SilverCandle> existing, bool exact)
    {
        foreach (SilverCandle winner in winners)
        {
            if (!existing.Remove(winner.Key, out SilverCandle? there))
            {
                _inserts.Add(winner);
                Accepted++;
                continue;
            }

            int order = SilverOrder.Instance.Compare(winner, there);
            if (order == 0)
            {
                Unchanged++;
            }
            else if (order > 0 || exact)
            {
                _replacements.Add(winner);
                Accepted++;
            }
            else
            {
                Superseded++;
            }
        }

        if (exact)
        {
            _deletes.AddRange(existing.Keys);
        }
    }

    /// <summary>What is held as a change; then holds nothing, but counts on.</summary>
    public SilverChange Take()
    {
        var change = new SilverChange([.. _inserts], [.. _replacements], [.. _deletes]);
        _inserts.Clear();
        _replacements.Clear();
        _deletes.Clear();
        return change;
    }
}
