using System.Globalization;

namespace CryptoInsight.Host.Output;

/// <summary>How far a long run is: a line that rewrites itself on a terminal, nothing in a pipe.</summary>
/// <remarks>The text is asked for five times a second; a command that ends sooner shows nothing.</remarks>
public sealed class ProgressLine : IAsyncDisposable
{
    private const int BarWidth = 20;
    private const string EraseLine = "\r\u001b[2K";

    private static readonly TimeSpan s_every = TimeSpan.FromMilliseconds(200);

    private readonly TextWriter _error;
    private readonly Func<string> _text;
    private readonly TimeProvider _clock;
    private readonly long _startedAt;
    private readonly ITimer? _timer;
    private readonly Lock _gate = new();
    private bool _isOver;

    /// <param name="error">Where it is drawn.</param>
    /// <param name="text">What is known now; the time is added.</param>
    /// <param name="isTerminal">Whether somebody watches; null: unless the process's errors are redirected.</param>
    public ProgressLine(TextWriter error, Func<string> text, TimeProvider clock, bool? isTerminal = null)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _error = error;
        _text = text;
        _clock = clock;
        _startedAt = clock.GetTimestamp();
        if (isTerminal ?? !Console.IsErrorRedirected)
        {
            _timer = clock.CreateTimer(_ => Draw(), null, s_every, s_every);
        }
    }

    /// <summary>Since the line was made.</summary>
    public TimeSpan Elapsed => _clock.GetElapsedTime(_startedAt);

    /// <summary>A bar and its share in words; a whole of nothing is done.</summary>
    public static string Bar(long done, long whole)
    {
        double share = whole <= 0 ? 1 : Math.Clamp((double)done / whole, 0, 1);
        int full = (int)(share * BarWidth);
        return string.Create(CultureInfo.InvariantCulture, $"[{new string('#', full)}{new string('.', BarWidth - full)}] {Math.Floor(share * 100):0} %");
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is null)
        {
            return;
        }

        await _timer.DisposeAsync();
        lock (_gate)
        {
            _isOver = true; // a draw under way must not come after the line was taken away
            _error.Write(EraseLine);
        }
    }

    private void Draw()
    {
        string text = _text();
        lock (_gate)
        {
            if (!_isOver)
            {
                _error.Write(string.Create(CultureInfo.InvariantCulture, $"{EraseLine}{text} | {Elapsed.TotalSeconds:N0} s"));
            }
        }
    }
}
