using System.Text;

namespace CryptoInsight.Host.Output;

/// <summary>Lets text through to a terminal, but nothing that moves its cursor, colours it or hides text: control and direction characters become <c>?</c>; line ends and tabs stay.</summary>
public sealed class PrintableWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(value is '\n' or '\r' or '\t' || !IsUnfit(value) ? value : '?');

    public override void Flush() => inner.Flush();

    private static bool IsUnfit(char c) => char.IsControl(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator;
}
