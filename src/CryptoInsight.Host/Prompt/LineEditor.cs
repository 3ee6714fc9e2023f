namespace CryptoInsight.Host.Prompt;

/// <summary>Reads a line from a terminal with history, completion and the usual keys.</summary>
public sealed class LineEditor(LineHistory history, Func<IReadOnlyList<string>> names)
{
    private int _shownColumns;

    /// <summary>The line; null at the end of input (Ctrl-D), empty with <paramref name="wasStopped"/> after Ctrl-C.</summary>
    public string? Read(string prompt, out bool wasStopped)
    {
        wasStopped = false;
        LineBuffer line = LineBuffer.Empty;
        _shownColumns = 0;
        Show(prompt, line);
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    Show(prompt, line.End());
                    Console.WriteLine();
                    return line.Text;
                case ConsoleKey.C when control:
                    Console.WriteLine();
                    wasStopped = true;
                    return "";
                case ConsoleKey.D when control && line.Text.Length == 0:
                    Console.WriteLine();
                    return null;
                case ConsoleKey.Tab:
                    line = Completed(prompt, line);
                    break;
                default:
                    line = On(line, key, control);
                    break;
            }

            Show(prompt, line);
        }
    }

    private LineBuffer On(LineBuffer line, ConsoleKeyInfo key, bool control) => key.Key switch
    {
        ConsoleKey.Backspace => line.Backspace(),
        ConsoleKey.Delete => line.Delete(),
        ConsoleKey.LeftArrow => line.Move(-1),
        ConsoleKey.RightArrow => line.Move(1),
        ConsoleKey.UpArrow => LineBuffer.Of(history.Older(line.Text)),
        ConsoleKey.DownArrow => LineBuffer.Of(history.Newer(line.Text)),
        ConsoleKey.Home => line.Home(),
        ConsoleKey.End => line.End(),
        ConsoleKey.A when control => line.Home(),
        ConsoleKey.E when control => line.End(),
        ConsoleKey.U when control => line.CutToStart(),
        ConsoleKey.K when control => line.CutToEnd(),
        ConsoleKey.W when control => line.CutWord(),
        _ => char.IsControl(key.KeyChar) ? line : line.Insert(key.KeyChar.ToString()),
    };

    private LineBuffer Completed(string prompt, LineBuffer line)
    {
        (LineBuffer next, IReadOnlyList<string> several) = line.Complete(names());
        if (several.Count > 0)
        {
            Show(prompt, line.End());
            Console.WriteLine();
            Console.WriteLine(string.Join("  ", several));
            _shownColumns = 0;
        }

        return next;
    }

    /// <summary>Writes the line over the old one; a line wider than the terminal is shown around the cursor.</summary>
    private void Show(string prompt, LineBuffer line)
    {
        LineView view = LineView.Of(line, Math.Max(20, (Console.WindowWidth > 0 ? Console.WindowWidth : 80) - prompt.Length - 1));
        Console.Write('\r' + prompt + view.Text + new string(' ', Math.Max(0, _shownColumns - view.Columns)));
        Console.Write('\r' + prompt + view.BeforeCursor);
        _shownColumns = view.Columns;
    }
}
