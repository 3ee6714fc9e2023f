namespace CryptoInsight.Host.Prompt;

/// <summary>The statements of this prompt, oldest first, and which of them is shown. Nothing is written to disk.</summary>
public sealed class LineHistory
{
    private const int LinesMax = 500;

    private readonly List<string> _lines = [];
    private int _at;
    private string _draft = "";

    public void Add(string line)
    {
        if (line.Length > 0 && (_lines.Count == 0 || _lines[^1] != line))
        {
            _lines.Add(line);
            _lines.RemoveRange(0, Math.Max(0, _lines.Count - LinesMax));
        }

        _at = _lines.Count;
        _draft = "";
    }

    /// <summary>The line before the shown one, or the shown one if there is none; what was being typed is kept.</summary>
    public string Older(string shown)
    {
        if (_at == _lines.Count)
        {
            _draft = shown;
        }

        if (_at == 0)
        {
            return shown;
        }

        return _lines[--_at];
    }

    /// <summary>The line after the shown one; after the newest, what was being typed.</summary>
    public string Newer(string shown)
    {
        if (_at == _lines.Count)
        {
            return shown;
        }

        _at++;
        return _at == _lines.Count ? _draft : _lines[_at];
    }
}
