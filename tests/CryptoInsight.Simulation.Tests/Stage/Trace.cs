using System.Text;

namespace CryptoInsight.Simulation.Tests.Stage;

/// <summary>Everything that happened in a run, in order: its hash proves that a seed repeats, its end explains a violation.</summary>
/// <param name="whole">Gets every line, or null.</param>
internal sealed class Trace(TextWriter? whole = null)
{
    private const int KeptMax = 400;
    private const ulong FnvPrime = 1_099_511_628_211;

    private readonly Queue<string> _last = new();
    private ulong _hash = 14_695_981_039_346_656_037;

    public long Events { get; private set; }

    public string Hash => _hash.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

    public void Add(string what)
    {
        foreach (char c in what)
        {
            _hash = (_hash ^ c) * FnvPrime;
        }

        _hash = (_hash ^ '\n') * FnvPrime;
        Events++;
        if (_last.Count == KeptMax)
        {
            _last.Dequeue();
        }

        string line = $"{Events,7}  {what}";
        _last.Enqueue(line);
        whole?.WriteLine(line);
    }

    public string Last(int count)
    {
        var text = new StringBuilder();
        foreach (string line in _last.TakeLast(count))
        {
            text.AppendLine(line);
        }

        return text.ToString();
    }
}
