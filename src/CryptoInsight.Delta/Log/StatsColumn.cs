using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace CryptoInsight.Delta.Log;

/// <summary>The statistics of a batch of files, copied out of Arrow's memory.</summary>
internal sealed class StatsColumn
{
    private readonly byte[] _bytes;
    private readonly int[] _ends;

    private StatsColumn(byte[] bytes, int[] ends)
    {
        _bytes = bytes;
        _ends = ends;
    }

    /// <summary>Whether no row has a text.</summary>
    internal bool IsEmpty => _bytes.Length == 0;

    /// <summary>The bytes of a row; empty if it has none.</summary>
    internal ReadOnlySpan<byte> At(int row) => _bytes.AsSpan(row == 0 ? 0 : _ends[row - 1], _ends[row] - (row == 0 ? 0 : _ends[row - 1]));

    /// <summary>Copies a text column.</summary>
    internal static StatsColumn FromText(IArrowArray column)
    {
        int[] ends = new int[column.Length];
        int total = 0;
        for (int row = 0; row < column.Length; row++)
        {
            total += column.IsNull(row) ? 0 : ArrowCells.Bytes(column, row).Length;
            ends[row] = total;
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>(total);
        for (int row = 0; row < column.Length; row++)
        {
            if (!column.IsNull(row))
            {
                ReadOnlySpan<byte> text = ArrowCells.Bytes(column, row);
                text.CopyTo(bytes.AsSpan(ends[row] - text.Length));
            }
        }

        return new StatsColumn(bytes, ends);
    }

    /// <summary>Writes struct statistics as the JSON text that a commit would have held.</summary>
    /// <remarks><b>Source</b>: PROTOCOL.md, "Per-file Statistics"; timestamps as ISO 8601 with a zone, decimals as numbers.</remarks>
    internal static StatsColumn FromStruct(StructArray column)
    {
        ArrayBufferWriter<byte> bytes = new(1 << 16);
        int[] ends = new int[column.Length];
        using Utf8JsonWriter writer = new(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        for (int row = 0; row < column.Length; row++)
        {
            if (!column.IsNull(row))
            {
                WriteStruct(writer, column, row);
                writer.Flush();
                writer.Reset();
            }

            ends[row] = bytes.WrittenCount;
        }

        return new StatsColumn(bytes.WrittenSpan.ToArray(), ends);
    }

    private static void WriteStruct(Utf8JsonWriter writer, StructArray column, int row)
    {
        writer.WriteStartObject();
        StructType type = (StructType)column.Data.DataType;
        for (int i = 0; i < type.Fields.Count; i++)
        {
            IArrowArray values = column.Fields[i];
            if (!values.IsNull(row))
            {
                writer.WritePropertyName(type.Fields[i].Name);
                WriteValue(writer, values, row);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, IArrowArray values, int row)
    {
        switch (values)
        {
            case StructArray nested: WriteStruct(writer, nested, row); break;
            case BooleanArray flags: writer.WriteBooleanValue(flags.GetValue(row)!.Value); break;
            case FloatArray floats: WriteReal(writer, floats.GetValue(row)!.Value.ToString("R", CultureInfo.InvariantCulture)); break;
            case DoubleArray doubles: WriteReal(writer, doubles.GetValue(row)!.Value.ToString("R", CultureInfo.InvariantCulture)); break;
            case Decimal128Array decimals: writer.WriteRawValue(decimals.GetString(row)!, skipInputValidation: true); break;
            case Date32Array dates: writer.WriteStringValue(DateOnly.FromDayNumber(dates.Values[row] + 719162).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)); break;
            case TimestampArray times: writer.WriteStringValue(IsoTime(times, row)); break;
            case StringArray or LargeStringArray or StringViewArray: writer.WriteStringValue(ArrowCells.Bytes(values, row)); break;
            case BinaryArray: writer.WriteNullValue(); break;
            default: writer.WriteNumberValue(ArrowCells.Number(values, row)!.Value); break;
        }
    }

    // JSON has no infinities: Delta writers put them as text.
    private static void WriteReal(Utf8JsonWriter writer, string text)
    {
        if (text is "NaN" or "Infinity" or "-Infinity")
        {
            writer.WriteStringValue(text);
        }
        else
        {
            writer.WriteRawValue(text.Replace("E+", "E", StringComparison.Ordinal), skipInputValidation: true);
        }
    }

    private static string IsoTime(TimestampArray times, int row)
    {
        TimestampType type = (TimestampType)times.Data.DataType;
        long value = times.Values[row];
        long micros = type.Unit switch
        {
            TimeUnit.Second => checked(value * 1_000_000),
            TimeUnit.Millisecond => checked(value * 1_000),
            TimeUnit.Nanosecond => value / 1_000,
            _ => value,
        };
        DateTime time = DateTime.UnixEpoch.AddTicks(checked(micros * 10));
        return time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture) + (string.IsNullOrEmpty(type.Timezone) ? "" : "Z");
    }
}
