using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Store;
using CsCheck;

namespace CryptoInsight.Delta.Tests.Data;

public sealed class DeletionVectorSpecs
{
    // Dense runs, scattered rows, whole containers, several buckets: every kind of container.
    private static readonly Gen<long[]> Rows = Gen.OneOf(
        Gen.Long[0, 200].Array[0, 60],
        Gen.Long[0, 200_000].Array[0, 300],
        Gen.Select(Gen.Long[0, 150_000], Gen.Int[1, 70_000]).Select((start, n) => Enumerable.Range(0, n).Select(i => start + i).ToArray()),
        Gen.Select(Gen.Long[0, 10], Gen.Int[4000, 9000]).Select((start, n) => Enumerable.Range(0, n).Select(i => start + (i * 7L)).ToArray()),
        Gen.Long[0, 1L << 40].Array[0, 20]);

    [Fact]
    public async Task The_protocols_own_inline_example_is_read()
    {
        DeletionVectorDescriptor example = new("i", "wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", null, 40, 6);
        DeletionVector vector = await DeletionVectorFiles.ReadAsync(new MemoryObjectStore(), example, default);
        Assert.Equal([3, 4, 7, 11, 18, 29], vector.Rows);
    }

    [Fact]
    public void A_vector_is_read_back_as_it_was_written() =>
        Rows.Sample(rows =>
        {
            DeletionVector vector = DeletionVector.Of(rows);
            DeletionVector again = RoaringFormat.Read(RoaringFormat.Write(vector));
            Assert.Equal(rows.Distinct().Order(), again.Rows);
            Assert.Equal(vector, again);
            Assert.Equal(rows.Distinct().Count(), again.Cardinality);
        }, iter: 300);

    [Fact]
    public void Vectors_combine_as_sets_do() =>
        Gen.Select(Rows, Rows).Sample((a, b) =>
        {
            DeletionVector left = DeletionVector.Of(a);
            DeletionVector right = DeletionVector.Of(b);
            Assert.Equal(a.Union(b).Order(), left.Union(right).Rows);
            Assert.Equal(a.Except(b).Order(), left.Except(right).Rows);
            Assert.All(a.Take(50), r => Assert.True(left.Contains(r)));
            Assert.All(b.Except(a).Take(50), r => Assert.False(left.Contains(r)));
        }, iter: 200);

    [Fact]
    public void Rows_of_a_batch_are_picked_by_place() =>
        Gen.Select(Rows, Gen.Long[0, 1000], Gen.Int[0, 500]).Sample((rows, first, length) =>
        {
            HashSet<long> set = [.. rows];
            DeletionVector vector = DeletionVector.Of(rows);
            int[] all = [.. Enumerable.Range(0, length)];
            Assert.Equal(all.Where(i => !set.Contains(first + i)), vector.Pick(first, length, deleted: false) ?? all);
            Assert.Equal(all.Where(i => set.Contains(first + i)), vector.Pick(first, length, deleted: true) ?? all);
            Assert.True(vector.MayTouch(first, length) || !all.Any(i => set.Contains(first + i)));
        }, iter: 300);

    [Fact]
    public void Damaged_bytes_are_refused_and_never_crash() =>
        Gen.Select(Rows, Gen.Int, Gen.Byte).Sample((rows, at, value) =>
        {
            byte[] bytes = RoaringFormat.Write(DeletionVector.Of(rows.Select(r => r & 0xFFFFFF)));
            bytes[(int)((uint)at % bytes.Length)] = value;
            try
            {
                RoaringFormat.Read(bytes);
            }
            catch (CorruptTableException)
            {
                // A refusal; silence would be found by the checksum of the file.
            }
        }, iter: 500);

    [Fact]
    public void Z85_gives_back_every_length() =>
        Gen.Byte.Array[0, 40].Sample(bytes => Assert.Equal(bytes, Z85.Decode(Z85.Encode(bytes), bytes.Length)));

    [Theory]
    [InlineData("##093", 2)]
    [InlineData("HelloWorld", 8)]
    public void Z85_reads_full_and_short_blocks(string text, int bytes) => Assert.Equal(bytes, Z85.Decode(text, bytes).Length);

    [Theory]
    [InlineData("abcd", 3)]
    [InlineData("ab~de", 4)]
    [InlineData("%nSc1", 4)]
    [InlineData("00000", 5)]
    public void Text_that_is_not_z85_is_refused(string text, int bytes) => Assert.Throws<CorruptTableException>(() => Z85.Decode(text, bytes));

    [Fact]
    public async Task Small_vectors_go_into_the_log_and_large_ones_share_one_file()
    {
        MemoryObjectStore store = new();
        DeletionVector[] vectors = [DeletionVector.Of([1, 5]), DeletionVector.Of(Enumerable.Range(0, 5000).Select(i => i * 3L)), DeletionVector.Of(Enumerable.Range(0, 3000).Select(i => i * 5L))];
        IReadOnlyList<DeletionVectorDescriptor> written = await DeletionVectorFiles.WriteAsync(store, vectors, new Guid(7, 0, 0, new byte[8]), inline: true, default);
        Assert.Equal(["i", "u", "u"], written.Select(d => d.StorageType));
        Assert.Single(store.Keys);
        Assert.Equal(1, written[1].Offset);
        for (int i = 0; i < vectors.Length; i++)
        {
            // A copy of the descriptor is not in the cache: the bytes are read.
            Assert.Equal(vectors[i], await DeletionVectorFiles.ReadAsync(store, written[i] with { }, default));
        }
    }

    [Fact]
    public async Task A_flipped_bit_in_a_vector_file_is_found_by_its_checksum()
    {
        MemoryObjectStore store = new();
        IReadOnlyList<DeletionVectorDescriptor> written = await DeletionVectorFiles.WriteAsync(store, [DeletionVector.Of(Enumerable.Range(0, 900).Select(i => i * 2L))], default, inline: false, default);
        byte[] good = await store.ReadAsync(store.Keys[0]);
        for (int at = 0; at < good.Length; at++)
        {
            byte[] bad = [.. good];
            bad[at] ^= 0x10;
            store.Overwrite(store.Keys[0], bad);
            await Assert.ThrowsAsync<CorruptTableException>(() => DeletionVectorFiles.ReadAsync(store, written[0] with { }, default));
        }
    }

    [Theory]
    [InlineData("u", "../../../etc/passwd")]
    [InlineData("p", "file:///etc/passwd")]
    [InlineData("x", "whatever")]
    public async Task A_descriptor_that_points_elsewhere_is_refused(string type, string path) =>
        await Assert.ThrowsAnyAsync<DeltaException>(() => DeletionVectorFiles.ReadAsync(new MemoryObjectStore(), new DeletionVectorDescriptor(type, path, 1, 40, 6), default));

    [Fact]
    public async Task A_vector_whose_file_is_gone_names_the_file()
    {
        DeletionVectorDescriptor gone = new("u", Z85.Encode(new byte[16]), 1, 40, 6);
        MissingFileException refusal = await Assert.ThrowsAsync<MissingFileException>(() => DeletionVectorFiles.ReadAsync(new MemoryObjectStore(), gone, default));
        Assert.Contains("deletion_vector_00000000-0000-0000-0000-000000000000.bin", refusal.Message, StringComparison.Ordinal);
    }
}
