using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Data;

/// <summary>The partition values and statistics of one file, parsed column by column when asked for and then remembered as long as the add action lives.</summary>
/// <remarks>What cannot be parsed is unknown, never an error: statistics only ever save work. Bounds that other writers may have cut are widened so far that they exclude nothing.</remarks>
internal sealed class FileStats
{
    private const int StringCutAtLeast = 32;
    private const int ExactDigitsMax = 15;

    private static readonly ConditionalWeakTable<AddFile, FileStats> Cache = [];

    private readonly AddFile _file;
    private Entry[] _known = [];
    private long? _numRecords;
    private bool _counted;

    private FileStats(AddFile file) => _file = file;

    public static FileStats Of(AddFile file) => Cache.GetValue(file, static f => new FileStats(f));

    /// <summary>Records in the data file, deleted ones included; null if the statistics do not say.</summary>
    public long? NumRecords
    {
        get
        {
            if (!_counted)
            {
                Scan(null, DataType.Long);
            }

            return _numRecords;
        }
    }

    /// <summary>What the statistics say of a data column.</summary>
    public ColumnBounds Of(string physicalName, DataType type) => Get(physicalName, type, isPartition: false);

    /// <summary>The file's value of a partition column.</summary>
    public ColumnBounds OfPartition(string physicalName, StructField column)
    {
        foreach (Entry e in _known)
        {
            if (e.Name == physicalName && e.IsPartition)
            {
                return e.Bounds;
            }
        }

        Value? value = PartitionValues.Parse(TextOf(_file.PartitionValues, physicalName, column), column);
        return Remember(new Entry(physicalName, true, value is Value v ? ColumnBounds.Single(v) : ColumnBounds.OnlyNulls with { Exact = true }));
    }

    /// <summary>The text of a partition value: by physical name, and by the column's own where a writer did not map it.</summary>
    public static string? TextOf(IReadOnlyDictionary<string, string?> values, string physicalName, StructField column) =>
        values.TryGetValue(physicalName, out string? text) || values.TryGetValue(column.Name, out text) ? text : null;

    private ColumnBounds Get(string name, DataType type, bool isPartition)
    {
        foreach (Entry e in _known)
        {
            if (e.Name == name && e.IsPartition == isPartition)
            {
                return e.Bounds;
            }
        }

        return Remember(new Entry(name, isPartition, Scan(name, type)));
    }

    // Two threads may both add: the loser's entry is parsed again some day.
    private ColumnBounds Remember(Entry entry)
    {
        _known = [.. _known, entry];
        return entry.Bounds;
    }

    private ColumnBounds Scan(string? name, DataType type)
    {
        string? stats = _file.Stats;
        if (string.IsNullOrEmpty(stats))
        {
            _counted = true;
            return ColumnBounds.Unknown;
        }

        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(stats.Length));
        try
        {
            int length = Encoding.UTF8.GetBytes(stats, utf8);
            return Scan(utf8.AsSpan(0, length), name, type);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            _counted = true;
            return ColumnBounds.Unknown;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    private ColumnBounds Scan(ReadOnlySpan<byte> utf8, string? name, DataType type)
    {
        Value? min = null;
        Value? max = null;
        long? nulls = null;
        Utf8JsonReader json = new(utf8);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("numRecords"u8))
            {
                json.Read();
                _numRecords = json.TokenType == JsonTokenType.Number && json.TryGetInt64(out long n) ? n : null;
            }
            else if (json.ValueTextEquals("minValues"u8) && name is not null)
            {
                min = Member(ref json, name, type, isMax: false);
            }
            else if (json.ValueTextEquals("maxValues"u8) && name is not null)
            {
                max = Member(ref json, name, type, isMax: true);
            }
            else if (json.ValueTextEquals("nullCount"u8) && name is not null)
            {
                nulls = Member(ref json, name, DataType.Long, isMax: false) is Value v ? (long)v.Whole : null;
            }
            else
            {
                json.Skip();
            }
        }

        _counted = true;
        // "All" and "none" hold with wide bounds too; any other count says nothing.
        NullState state = nulls is null ? NullState.Unknown : nulls == 0 ? NullState.None : nulls == _numRecords ? NullState.All : NullState.Some;
        return state == NullState.All ? ColumnBounds.OnlyNulls : new ColumnBounds(min, max, state);
    }

    private static Value? Member(ref Utf8JsonReader json, string name, DataType type, bool isMax)
    {
        json.Read();
        Value? found = null;
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return null;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool wanted = json.ValueTextEquals(name);
            json.Read();
            if (wanted)
            {
                found = Convert(ref json, type, isMax);
            }

            json.Skip();
        }

        return found;
    }

    private static Value? Convert(ref Utf8JsonReader json, DataType type, bool isMax)
    {
        switch (type, json.TokenType)
        {
            case (DecimalType d, JsonTokenType.Number or JsonTokenType.String):
                string digits = json.TokenType == JsonTokenType.String ? json.GetString()! : Encoding.UTF8.GetString(json.ValueSpan);
                return PartitionValues.TryParse(digits, d, out Value number) ? Widened(number, digits, isMax) : null;
            case (PrimitiveType { Name: "long" or "integer" or "short" or "byte" }, JsonTokenType.Number):
                return json.TryGetInt64(out long whole) ? Value.Of(whole) : null;
            case (PrimitiveType { Name: "double" }, JsonTokenType.Number):
                return json.TryGetDouble(out double fraction) && double.IsFinite(fraction) ? Value.Of(fraction) : null;
            case (PrimitiveType { Name: "float" }, JsonTokenType.Number):
                // The text is that of the short float: parsed as a double it could lie beside the value it bounds.
                return json.TryGetSingle(out float small) && float.IsFinite(small) ? Value.Of((double)small) : null;
            case (PrimitiveType { Name: "boolean" }, JsonTokenType.True or JsonTokenType.False):
                return Value.Of(json.TokenType == JsonTokenType.True);
            case (PrimitiveType { Name: "string" }, JsonTokenType.String):
                return Text(json.GetString()!, isMax);
            case (PrimitiveType { Name: "date" }, JsonTokenType.String):
                return PartitionValues.TryParse(json.GetString()!, type, out Value date) ? date : null;
            case (PrimitiveType { Name: "timestamp" or "timestamp_ntz" }, JsonTokenType.String):
                // Cut to milliseconds by the protocol's own rule.
                return PartitionValues.TryParse(json.GetString()!, type, out Value instant) ? Value.Of(instant.Whole + (isMax ? 999 : 0)) : null;
            default:
                return null;
        }
    }

    private static Value Text(string text, bool isMax)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        // A maximum that may be a cut prefix stands for everything that begins with it; 0xFF is above every byte of UTF-8.
        return Value.Of(isMax && text.Length >= StringCutAtLeast ? [.. utf8, 0xFF] : utf8);
    }

    // Some writers pass decimals through a double: from the sixteenth digit on they may lie.
    private static Value Widened(Value value, string digits, bool isMax)
    {
        if (digits.Count(char.IsAsciiDigit) <= ExactDigitsMax)
        {
            return value;
        }

        Int128 slack = (Int128.Abs(value.Whole) / 100_000_000_000_000) + 1;
        return Value.Of(isMax ? value.Whole + slack : value.Whole - slack);
    }

    private readonly record struct Entry(string Name, bool IsPartition, ColumnBounds Bounds);
}
