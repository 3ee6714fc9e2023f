namespace CryptoInsight.PaperExchange.Synthetic;

/// <summary>Remembers what was computed lately, in bounded memory: two generations, the older one dropped when the younger is full.</summary>
internal sealed class BoundedCache<TKey, TValue>(int generationSize)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private Dictionary<TKey, TValue> _young = [];
    private Dictionary<TKey, TValue> _old = [];

    /// <summary>The remembered value; what is asked for stays.</summary>
    public bool TryGet(TKey key, out TValue value)
    {
        lock (_lock)
        {
            if (_young.TryGetValue(key, out value!))
            {
                return true;
            }

            if (!_old.TryGetValue(key, out value!))
            {
                return false;
            }

            Keep(key, value);
            return true;
        }
    }

    /// <summary>Remembers a value.</summary>
    public void Put(TKey key, TValue value)
    {
        lock (_lock)
        {
            Keep(key, value);
        }
    }

    private void Keep(TKey key, TValue value)
    {
        if (_young.Count >= generationSize)
        {
            (_old, _young) = (_young, []);
        }

        _young[key] = value;
    }
}
