using CryptoInsight.Engine.Symbols.Wire;
using Google.Protobuf;

namespace CryptoInsight.Engine.Symbols;

/// <summary>Columns with holes: a bit per row that says whether there is a value, then the values that are there.</summary>
internal static class OptionalColumns
{
    public static OptionalDoubles Doubles<T>(IReadOnlyList<T> rows, Func<T, double?> value)
    {
        var column = new OptionalDoubles { IsThere = Bits(rows, r => value(r) is not null) };
        column.Value.AddRange(rows.Select(value).Where(v => v is not null).Select(v => v!.Value));
        return column;
    }

    public static OptionalLongs Longs<T>(IReadOnlyList<T> rows, Func<T, long?> value)
    {
        var column = new OptionalLongs { IsThere = Bits(rows, r => value(r) is not null) };
        column.Value.AddRange(rows.Select(value).Where(v => v is not null).Select(v => v!.Value));
        return column;
    }

    public static double?[] Read(OptionalDoubles? column, int count)
    {
        var values = new double?[count];
        for (int i = 0, next = 0; column is not null && i < count; i++)
        {
            values[i] = Bit(column.IsThere, i) ? column.Value[next++] : null;
        }

        return values;
    }

    public static long?[] Read(OptionalLongs? column, int count)
    {
        var values = new long?[count];
        for (int i = 0, next = 0; column is not null && i < count; i++)
        {
            values[i] = Bit(column.IsThere, i) ? column.Value[next++] : null;
        }

        return values;
    }

    public static ByteString Bits<T>(IReadOnlyList<T> rows, Func<T, bool> isSet)
    {
        byte[] bits = new byte[(rows.Count + 7) / 8];
        for (int i = 0; i < rows.Count; i++)
        {
            bits[i / 8] |= (byte)(isSet(rows[i]) ? 1 << (i % 8) : 0);
        }

        return UnsafeByteOperations.UnsafeWrap(bits);
    }

    public static bool Bit(ByteString bits, int i) => (bits[i / 8] >> (i % 8) & 1) == 1;
}
