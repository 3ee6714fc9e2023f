namespace CryptoInsight.Delta.Data;

/// <summary>Base85 in the Z85 alphabet: five characters for four bytes.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Deletion Vector Descriptor Schema"; rfc.zeromq.org/spec/32. A last block of less than four bytes is filled with zeros, as the protocol's own writer does.
/// Reading also takes the Rust writers' form, where a short block begins with one <c>#</c> per missing byte (no full block can begin so: its value would not fit in 32 bits).</remarks>
internal static class Z85
{
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
    private const int BlockBytes = 4;
    private const int BlockCharacters = 5;
    private const char ShortBlockMark = '#';

    private static readonly sbyte[] Digits = MakeDigits();

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        char[] text = new char[(bytes.Length + BlockBytes - 1) / BlockBytes * BlockCharacters];
        for (int block = 0; block * BlockBytes < bytes.Length; block++)
        {
            uint value = 0;
            for (int i = 0; i < BlockBytes; i++)
            {
                int at = (block * BlockBytes) + i;
                value = (value << 8) | (at < bytes.Length ? bytes[at] : 0u);
            }

            for (int i = BlockCharacters - 1; i >= 0; i--)
            {
                text[(block * BlockCharacters) + i] = Alphabet[(int)(value % 85)];
                value /= 85;
            }
        }

        return new string(text);
    }

    /// <summary>The first <paramref name="length"/> bytes of the text.</summary>
    public static byte[] Decode(ReadOnlySpan<char> text, int length)
    {
        if (text.Length % BlockCharacters != 0 || length < 0 || length > text.Length / BlockCharacters * BlockBytes)
        {
            throw Corrupt();
        }

        List<byte> bytes = new(text.Length / BlockCharacters * BlockBytes);
        for (int at = 0; at < text.Length; at += BlockCharacters)
        {
            ReadOnlySpan<char> block = text.Slice(at, BlockCharacters);
            int missing = 0;
            while (missing < BlockBytes && block[missing] == ShortBlockMark)
            {
                missing++;
            }

            ulong value = 0;
            foreach (char c in block[missing..])
            {
                value = (value * 85) + (ulong)(c < Digits.Length && Digits[c] >= 0 ? Digits[c] : throw Corrupt());
            }

            int count = BlockBytes - missing;
            if (value >> (8 * count) != 0)
            {
                throw Corrupt();
            }

            for (int i = count - 1; i >= 0; i--)
            {
                bytes.Add((byte)(value >> (8 * i)));
            }
        }

        return bytes.Count >= length ? [.. bytes[..length]] : throw Corrupt();
    }

    private static sbyte[] MakeDigits()
    {
        sbyte[] digits = new sbyte[128];
        System.Array.Fill(digits, (sbyte)-1);
        for (int i = 0; i < Alphabet.Length; i++)
        {
            digits[Alphabet[i]] = (sbyte)i;
        }

        return digits;
    }

    private static CorruptTableException Corrupt() => new("A deletion vector descriptor in the log holds text that is not Z85: the log is damaged. Restore the table to an earlier version.");
}
