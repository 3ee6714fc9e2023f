using System.Buffers;
using System.Text;
using CryptoInsight.Delta.Operations;

namespace CryptoInsight.Delta.Data;

/// <summary>The folder of a partition, as Hive and Spark name it: <c>column=value/</c>, hostile characters percent-escaped.</summary>
/// <remarks>The folder is for people only: readers take the values from the log. A level whose name a file system could refuse is left out.</remarks>
internal static class PartitionPath
{
    private const string NullName = "__HIVE_DEFAULT_PARTITION__";
    private const int NameBytesMax = 200;

    private static readonly SearchValues<char> Escaped = SearchValues.Create("\"#%'*/:=?\\{[]}^<>|&+;!~`$@, ");

    public static string FolderOf(PartitionKey partition, TableLayout layout)
    {
        StringBuilder path = new();
        for (int i = 0; i < partition.Values.Count; i++)
        {
            string name = $"{Escape(layout.PhysicalName(layout.PartitionFields[i]))}={(partition.Values[i] is string v ? Escape(v) : NullName)}";
            if (Encoding.UTF8.GetByteCount(name) <= NameBytesMax)
            {
                path.Append(name).Append('/');
            }
        }

        return path.ToString();
    }

    private static string Escape(string text)
    {
        if (text.AsSpan().IndexOfAny(Escaped) < 0 && !text.Any(static c => char.IsControl(c) || char.IsSurrogate(c)))
        {
            return text;
        }

        StringBuilder escaped = new();
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.IsBmp && (Escaped.Contains((char)rune.Value) || Rune.IsControl(rune)))
            {
                int length = rune.EncodeToUtf8(utf8);
                foreach (byte b in utf8[..length])
                {
                    escaped.Append('%').Append(Convert.ToHexString([b]));
                }
            }
            else
            {
                escaped.Append(rune.ToString());
            }
        }

        return escaped.ToString();
    }
}
