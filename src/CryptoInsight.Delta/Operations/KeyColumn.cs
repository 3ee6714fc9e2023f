using System.Numerics;
using Apache.Arrow;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>Hashes and compares one key column over Arrow buffers. Nulls equal each other; -0 equals 0 and every NaN every other.</summary>
internal abstract class KeyColumn
{
    /// <summary>Mixes the hash of every row into <paramref name="hashes"/>.</summary>
    public void Hash(IArrowArray array, Span<ulong> hashes)
    {
        HashValues(array, hashes, Buffers.ValidityOf(array));
        GC.KeepAlive(array);
    }

    /// <summary>Whether two rows have the same value.</summary>
    public bool Equal(IArrowArray left, int leftRow, IArrowArray right, int rightRow)
    {
        bool leftValid = left.IsValid(leftRow);
        return leftValid == right.IsValid(rightRow) && (!leftValid || EqualValues(left, leftRow, right, rightRow));
    }

    public static KeyColumn For(StructField field) => field.Type switch
    {
        DecimalType => new Fixed<Int128>(static v => (ulong)v ^ (ulong)(v >> 64)),
        PrimitiveType { Name: "long" or "timestamp" or "timestamp_ntz" } => new Fixed<long>(static v => (ulong)v),
        PrimitiveType { Name: "integer" or "date" } => new Fixed<int>(static v => (ulong)v),
        PrimitiveType { Name: "short" } => new Fixed<short>(static v => (ulong)v),
        PrimitiveType { Name: "byte" } => new Fixed<sbyte>(static v => (ulong)v),
        PrimitiveType { Name: "double" } => new Floating<double>(),
        PrimitiveType { Name: "float" } => new Floating<float>(),
        PrimitiveType { Name: "boolean" } => new Flag(),
        PrimitiveType { Name: "string" or "binary" } => new Text(),
        _ => throw new DeltaException($"Column '{field.Name}' of type {field.Type} cannot be a key; keys are numbers, times, text, bytes and flags."),
    };

    protected abstract void HashValues(IArrowArray array, Span<ulong> hashes, Validity validity);

    protected abstract bool EqualValues(IArrowArray left, int leftRow, IArrowArray right, int rightRow);

    // Multiply-and-fold: every bit of both sides reaches every bit of the result.
    private static ulong Mix(ulong hash, ulong value)
    {
        ulong high = Math.BigMul(hash ^ 0x9E3779B97F4A7C15UL, value ^ 0xD6E8FEB86659FD93UL, out ulong low);
        return high ^ low;
    }

    private static ulong MixNull(ulong hash) => Mix(hash, 0xA0761D6478BD642FUL);

    private sealed class Fixed<T>(Func<T, ulong> bits) : KeyColumn
        where T : unmanaged, IEquatable<T>
    {
        protected override void HashValues(IArrowArray array, Span<ulong> hashes, Validity validity)
        {
            ReadOnlySpan<T> values = Buffers.Values<T>(array);
            for (int i = 0; i < values.Length; i++)
            {
                hashes[i] = validity[i] ? Mix(hashes[i], bits(values[i])) : MixNull(hashes[i]);
            }
        }

        protected override bool EqualValues(IArrowArray left, int leftRow, IArrowArray right, int rightRow) =>
            Buffers.Values<T>(left)[leftRow].Equals(Buffers.Values<T>(right)[rightRow]);
    }

    private sealed class Floating<T> : KeyColumn
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        protected override void HashValues(IArrowArray array, Span<ulong> hashes, Validity validity)
        {
            ReadOnlySpan<T> values = Buffers.Values<T>(array);
            for (int i = 0; i < values.Length; i++)
            {
                double v = T.IsZero(values[i]) ? 0.0 : T.IsNaN(values[i]) ? double.NaN : double.CreateTruncating(values[i]);
                hashes[i] = validity[i] ? Mix(hashes[i], BitConverter.DoubleToUInt64Bits(v)) : MixNull(hashes[i]);
            }
        }

        protected override bool EqualValues(IArrowArray left, int leftRow, IArrowArray right, int rightRow)
        {
            T a = Buffers.Values<T>(left)[leftRow];
            T b = Buffers.Values<T>(right)[rightRow];
            return a == b || (T.IsNaN(a) && T.IsNaN(b));
        }
    }

    private sealed class Flag : KeyColumn
    {
        protected override void HashValues(IArrowArray array, Span<ulong> hashes, Validity validity)
        {
            BooleanArray flags = (BooleanArray)array;
            for (int i = 0; i < array.Length; i++)
            {
                hashes[i] = validity[i] ? Mix(hashes[i], flags.GetValue(i) == true ? 1UL : 2UL) : MixNull(hashes[i]);
            }
        }

        protected override bool EqualValues(IArrowArray left, int leftRow, IArrowArray right, int rightRow) =>
            ((BooleanArray)left).GetValue(leftRow) == ((BooleanArray)right).GetValue(rightRow);
    }

    private sealed class Text : KeyColumn
    {
        protected override void HashValues(IArrowArray array, Span<ulong> hashes, Validity validity)
        {
            ReadOnlySpan<int> offsets = Buffers.Offsets(array);
            ReadOnlySpan<byte> bytes = Buffers.Bytes(array);
            for (int i = 0; i < array.Length; i++)
            {
                hashes[i] = validity[i] ? HashBytes(hashes[i], bytes[offsets[i]..offsets[i + 1]]) : MixNull(hashes[i]);
            }
        }

        protected override bool EqualValues(IArrowArray left, int leftRow, IArrowArray right, int rightRow) =>
            At(left, leftRow).SequenceEqual(At(right, rightRow));

        private static ReadOnlySpan<byte> At(IArrowArray array, int row)
        {
            ReadOnlySpan<int> offsets = Buffers.Offsets(array);
            return Buffers.Bytes(array)[offsets[row]..offsets[row + 1]];
        }

        private static ulong HashBytes(ulong hash, ReadOnlySpan<byte> bytes)
        {
            hash = Mix(hash, (ulong)bytes.Length);
            while (bytes.Length >= sizeof(ulong))
            {
                hash = Mix(hash, System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes));
                bytes = bytes[sizeof(ulong)..];
            }

            ulong rest = 0;
            for (int i = 0; i < bytes.Length; i++)
            {
                rest |= (ulong)bytes[i] << (8 * i);
            }

            return Mix(hash, rest);
        }
    }
}
