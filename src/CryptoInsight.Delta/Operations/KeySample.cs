using System.Buffers.Binary;
using Apache.Arrow;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>One ordering column of the sampled rows; sorted, its distinct values are the quantiles that give any value its rank.</summary>
/// <remarks>Equal values have equal ranks and null ranks first, so neither skew nor the type of a column gives it more weight than another. With fewer distinct values than the sample has room for, ranks are exact.</remarks>
internal abstract class KeySample
{
    /// <summary>The number of ranks, once sealed.</summary>
    public int Ranks { get; protected set; }

    /// <summary>The sample of a column of that type.</summary>
    public static KeySample Of(DataType type, int room) => type switch
    {
        DecimalType => new Fixed<Int128>(room, static (array, into) => Buffers.Values<Int128>(array).CopyTo(into)),
        PrimitiveType { Name: "string" or "binary" } => new Text(room),
        PrimitiveType { Name: "double" } => new Fixed<long>(room, static (array, into) => Copy<double>(array, into, static v => Ordered(v))),
        PrimitiveType { Name: "float" } => new Fixed<long>(room, static (array, into) => Copy<float>(array, into, static v => Ordered(v))),
        PrimitiveType { Name: "long" or "timestamp" or "timestamp_ntz" } => new Fixed<long>(room, static (array, into) => Buffers.Values<long>(array).CopyTo(into)),
        PrimitiveType { Name: "integer" or "date" } => new Fixed<long>(room, static (array, into) => Copy<int>(array, into, static v => v)),
        PrimitiveType { Name: "short" } => new Fixed<long>(room, static (array, into) => Copy<short>(array, into, static v => v)),
        PrimitiveType { Name: "byte" } => new Fixed<long>(room, static (array, into) => Copy<sbyte>(array, into, static v => v)),
        PrimitiveType { Name: "boolean" } => new Fixed<long>(room, static (array, into) => Flags((BooleanArray)array, into)),
        _ => throw new InvalidOperationException($"A column of type {type} has no order."),
    };

    /// <summary>Puts rows of an array into slots of the sample.</summary>
    public abstract void Put(IArrowArray array, ReadOnlySpan<(int Row, int Slot)> rows);

    /// <summary>Ends the sampling: only the first slots were filled.</summary>
    public abstract void Seal(int filled);

    /// <summary>The rank of every row of an array.</summary>
    public abstract void RanksOf(IArrowArray array, Span<int> ranks);

    /// <summary>The rank of a row of the sample.</summary>
    public abstract int RankOf(int slot);

    private static void Copy<T>(IArrowArray array, Span<long> into, Func<T, long> key)
        where T : unmanaged
    {
        ReadOnlySpan<T> values = Buffers.Values<T>(array);
        for (int i = 0; i < values.Length; i++)
        {
            into[i] = key(values[i]);
        }
    }

    private static void Flags(BooleanArray array, Span<long> into)
    {
        for (int i = 0; i < array.Length; i++)
        {
            into[i] = array.GetValue(i) == true ? 1 : 0;
        }
    }

    // The bits of a float in an order that integers have: negative ones turned round, NaN above all.
    private static long Ordered(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(double.IsNaN(value) ? double.NaN : value + 0.0);
        return double.IsNaN(value) ? long.MaxValue : bits < 0 ? bits ^ long.MaxValue : bits;
    }

    private sealed class Fixed<T>(int room, Fixed<T>.Reading read) : KeySample
        where T : unmanaged, IComparable<T>, IEquatable<T>
    {
        private readonly T[] _values = new T[room];
        private readonly bool[] _isNull = new bool[room];
        private T[] _scratch = [];
        private T[] _sorted = [];
        private int _nullRanks;

        public delegate void Reading(IArrowArray array, Span<T> into);

        public override void Put(IArrowArray array, ReadOnlySpan<(int Row, int Slot)> rows)
        {
            Span<T> values = Read(array);
            Validity validity = Buffers.ValidityOf(array);
            foreach ((int row, int slot) in rows)
            {
                _values[slot] = values[row];
                _isNull[slot] = !validity[row];
            }

            GC.KeepAlive(array);
        }

        public override void Seal(int filled)
        {
            HashSet<T> distinct = [];
            for (int i = 0; i < filled; i++)
            {
                if (_isNull[i])
                {
                    _nullRanks = 1;
                }
                else
                {
                    distinct.Add(_values[i]);
                }
            }

            _sorted = [.. distinct];
            System.Array.Sort(_sorted);
            Ranks = Math.Max(1, _sorted.Length + _nullRanks);
        }

        public override void RanksOf(IArrowArray array, Span<int> ranks)
        {
            Span<T> values = Read(array);
            Validity validity = Buffers.ValidityOf(array);
            bool allValid = validity.AllValid;
            T last = default;
            int lastRank = -1;
            for (int i = 0; i < values.Length; i++)
            {
                if (!allValid && !validity[i])
                {
                    ranks[i] = 0;
                }
                else if (lastRank >= 0 && values[i].Equals(last))
                {
                    ranks[i] = lastRank;
                }
                else
                {
                    // Rows that came together are often equal in one column.
                    last = values[i];
                    ranks[i] = lastRank = RankOf(last);
                }
            }

            GC.KeepAlive(array);
        }

        public override int RankOf(int slot) => _isNull[slot] ? 0 : RankOf(_values[slot]);

        private int RankOf(T value)
        {
            int at = System.Array.BinarySearch(_sorted, value);
            return Math.Min(_nullRanks + (at < 0 ? ~at : at), Ranks - 1);
        }

        private Span<T> Read(IArrowArray array)
        {
            if (_scratch.Length < array.Length)
            {
                _scratch = new T[array.Length];
            }

            read(array, _scratch.AsSpan(0, array.Length));
            return _scratch.AsSpan(0, array.Length);
        }
    }

    /// <summary>Texts and bytes by their first bytes: longer ones that begin alike rank alike.</summary>
    private sealed class Text(int room) : KeySample
    {
        private const int BytesMax = 256;

        // Each value once, however many rows of the sample have it: symbols and sources are few, and an array for every row would be the collector's main work.
        private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _known = new Dictionary<byte[], int>(ByteKeys.Instance).GetAlternateLookup<ReadOnlySpan<byte>>();
        private readonly List<byte[]> _values = [];
        private readonly int[] _slots = new int[room];
        private int[] _ranks = [];
        private byte[][] _sorted = [];
        private ulong[] _heads = [];
        private int _nullRanks;

        public override void Put(IArrowArray array, ReadOnlySpan<(int Row, int Slot)> rows)
        {
            ReadOnlySpan<int> offsets = Buffers.Offsets(array);
            ReadOnlySpan<byte> bytes = Buffers.Bytes(array);
            Validity validity = Buffers.ValidityOf(array);
            foreach ((int row, int slot) in rows)
            {
                _slots[slot] = validity[row] ? NumberOf(Cut(bytes[offsets[row]..offsets[row + 1]])) : -1;
            }

            if (_values.Count > 2 * _slots.Length)
            {
                ForgetUnused();
            }

            GC.KeepAlive(array);
        }

        public override void Seal(int filled)
        {
            int[] used = [.. _slots.AsSpan(0, filled).ToArray().Where(static v => v >= 0).Distinct()];
            _nullRanks = _slots.AsSpan(0, filled).Contains(-1) ? 1 : 0;
            System.Array.Sort(used, (a, b) => _values[a].AsSpan().SequenceCompareTo(_values[b]));
            _ranks = new int[_values.Count];
            for (int place = 0; place < used.Length; place++)
            {
                _ranks[used[place]] = place;
            }

            _sorted = [.. used.Select(v => _values[v])];
            _heads = [.. _sorted.Select(static v => Head(v))];
            Ranks = Math.Max(1, _sorted.Length + _nullRanks);
            _known.Dictionary.Clear();
        }

        public override void RanksOf(IArrowArray array, Span<int> ranks)
        {
            ReadOnlySpan<int> offsets = Buffers.Offsets(array);
            ReadOnlySpan<byte> bytes = Buffers.Bytes(array);
            Validity validity = Buffers.ValidityOf(array);
            bool allValid = validity.AllValid;
            for (int i = 0; i < array.Length; i++)
            {
                ranks[i] = !allValid && !validity[i] ? 0 : Math.Min(_nullRanks + PlaceOf(Cut(bytes[offsets[i]..offsets[i + 1]])), Ranks - 1);
            }

            GC.KeepAlive(array);
        }

        public override int RankOf(int slot) => _slots[slot] < 0 ? 0 : _nullRanks + _ranks[_slots[slot]];

        // Rows that others took the place of leave their values behind: of a column without repetitions these would soon be most.
        private void ForgetUnused()
        {
            byte[][] values = [.. _values];
            _values.Clear();
            _known.Dictionary.Clear();
            for (int i = 0; i < _slots.Length; i++)
            {
                _slots[i] = _slots[i] < 0 ? -1 : NumberOf(values[_slots[i]]);
            }
        }

        private int NumberOf(ReadOnlySpan<byte> value)
        {
            if (!_known.TryGetValue(value, out int number))
            {
                number = _values.Count;
                _values.Add(value.ToArray());
                _known.Dictionary.Add(_values[number], number);
            }

            return number;
        }

        // The first eight bytes decide nearly always, and comparing them is one instruction.
        private int PlaceOf(ReadOnlySpan<byte> value)
        {
            ulong head = Head(value);
            int low = 0;
            int high = _heads.Length;
            while (low < high)
            {
                int middle = (low + high) >>> 1;
                if (_heads[middle] < head || (_heads[middle] == head && _sorted[middle].AsSpan().SequenceCompareTo(value) < 0))
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            return low;
        }

        private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> value) => value[..Math.Min(value.Length, BytesMax)];

        private static ulong Head(ReadOnlySpan<byte> value)
        {
            if (value.Length >= sizeof(ulong))
            {
                return BinaryPrimitives.ReadUInt64BigEndian(value);
            }

            Span<byte> padded = stackalloc byte[sizeof(ulong)];
            padded.Clear();
            value.CopyTo(padded);
            return BinaryPrimitives.ReadUInt64BigEndian(padded);
        }
    }
}
