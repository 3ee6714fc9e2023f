namespace CryptoInsight.Sources.Binance;

/// <summary>Finds the rows of klines JSON in a window of bytes that moves: one array of rows (pretty or on one line), several behind each other, or one row a line.</summary>
/// <remarks>It only finds where a row begins and ends; whether the row is sound is the reader's question. So one broken row costs one row.</remarks>
internal struct KlineArrayScanner
{
    private bool _inside;
    private int _skipDepth;
    private bool _skipInText;
    private bool _skipEscaped;

    /// <summary>What was found in front of the window.</summary>
    public enum Find
    {
        /// <summary>A whole row (or another whole value where a row should be).</summary>
        Row,

        /// <summary>Nothing whole: give more bytes.</summary>
        NeedMore,

        /// <summary>The content is over, and whole.</summary>
        End,

        /// <summary>The content is over in the middle of an array.</summary>
        Truncated,
    }

    /// <summary>Looks for the next row; <paramref name="consumed"/> bytes are done with, the row among them.</summary>
    public Find Next(ReadOnlySpan<byte> window, bool ended, out int consumed, out Range row)
    {
        row = default;
        int at = 0;
        while (true)
        {
            while (at < window.Length && IsBlank(window[at]))
            {
                at++;
            }

            consumed = at;
            if (at == window.Length)
            {
                return !ended ? Find.NeedMore : _inside ? Find.Truncated : Find.End;
            }

            byte c = window[at];
            if (_inside && c == ']')
            {
                _inside = false;
                at++;
                continue;
            }

            if (!_inside && c == '[')
            {
                int next = at + 1;
                while (next < window.Length && IsBlank(window[next]))
                {
                    next++;
                }

                if (next == window.Length)
                {
                    return ended ? Find.Truncated : Find.NeedMore;
                }

                if (window[next] is (byte)'[' or (byte)']' or (byte)'{')
                {
                    _inside = true;
                    at++;
                    continue;
                }
            }

            int length = LengthOf(window[at..], ended && !_inside);
            if (length < 0)
            {
                return ended ? Find.Truncated : Find.NeedMore;
            }

            row = at..(at + length);
            consumed = at + length;
            return Find.Row;
        }
    }

    /// <summary>Starts to pass over a row that is too long to hold; follow with <see cref="Skip"/>.</summary>
    public void BeginSkip()
    {
        _skipDepth = 0;
        _skipInText = false;
        _skipEscaped = false;
    }

    /// <summary>Passes over bytes of the long row; true when its end was among them.</summary>
    public bool Skip(ReadOnlySpan<byte> window, out int consumed)
    {
        for (int i = 0; i < window.Length; i++)
        {
            byte c = window[i];
            if (_skipEscaped)
            {
                _skipEscaped = false;
            }
            else if (_skipInText)
            {
                _skipEscaped = c == '\\';
                _skipInText = c != '"';
            }
            else if (c == '"')
            {
                _skipInText = true;
            }
            else if (c is (byte)'[' or (byte)'{')
            {
                _skipDepth++;
            }
            else if (c is (byte)']' or (byte)'}')
            {
                if (_skipDepth == 0)
                {
                    consumed = i; // the bracket closes what is around the row
                    return true;
                }

                _skipDepth--;
                if (_skipDepth == 0)
                {
                    consumed = i + 1;
                    return true;
                }
            }
            else if (_skipDepth == 0 && c is (byte)',' or (byte)'\n')
            {
                consumed = i;
                return true;
            }
        }

        consumed = window.Length;
        return false;
    }

    // The length of the value that the window starts with, or -1 if its end is not there yet.
    private static int LengthOf(ReadOnlySpan<byte> window, bool endsHere)
    {
        if (window[0] == '[')
        {
            int close = window.IndexOf((byte)']');
            if (close < 0)
            {
                return -1;
            }

            ReadOnlySpan<byte> row = window[..(close + 1)];
            if (!row[1..].ContainsAny((byte)'[', (byte)'\\') && (row.Count((byte)'"') & 1) == 0)
            {
                return row.Length;
            }
        }

        KlineArrayScanner walk = default;
        return walk.Skip(window, out int consumed) ? Math.Max(consumed, 1) : endsHere && window[0] is not ((byte)'[' or (byte)'{') ? window.Length : -1;
    }

    private static bool IsBlank(byte c) => c is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)',';
}
