using System.Text;
using System.Text.Json;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Files;
using CsCheck;

namespace CryptoInsight.Sources.Tests.Files;

/// <summary>The window moves over the content; a naive reader holds all of it.</summary>
public sealed class KlineFileProperties : IDisposable
{
    private static readonly Gen<string> s_junk = Gen.Select(Gen.Char['a', 'z'], Gen.Int[1, 200_000], (c, n) => new string(c, n));

    private static readonly Gen<string> s_shortJunk = Gen.String[Gen.Char["abc,\"\\\0\u001bé가 \r0189[]{}"], 0, 40];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_line_of_a_csv_is_one_row_whatever_it_holds_and_wherever_the_window_ends() =>
        Gen.Frequency((20, Gen.Int[0, 5_000].Select(KlineLines.Csv)), (3, s_shortJunk), (1, s_junk)).Array[1, 120].Sample(lines =>
        {
            string[] all = [KlineLines.Csv(0), .. lines];
            string path = _folder.Write("BTCUSDT-1m.csv", string.Join('\n', all));

            KlineFileFacts facts = Replays.Facts(path);
            List<RawCandle> rows = Replays.RowsAsync(path).GetAwaiter().GetResult();

            string[] expected = [.. all.Select(l => l.EndsWith('\r') ? l[..^1] : l).Where(l => l.Trim(' ', '\t', '\r').Length > 0)];
            Assert.Equal(expected.Length, rows.Count);
            Assert.Equal((expected.Length, rows.Count(r => r.OpenTime is null)), (facts.Rows, facts.RowsUnreadable));
            for (int i = 0; i < rows.Count; i++)
            {
                using JsonDocument json = JsonDocument.Parse(rows[i].RawJson);
                Assert.Equal(expected[i], json.RootElement.ValueKind == JsonValueKind.String
                    ? json.RootElement.GetString()
                    : string.Join(',', json.RootElement.EnumerateArray().Select(e => e.ToString())));
            }
        }, iter: 300, threads: 1);

    [Fact]
    public void Every_element_of_a_json_array_is_one_row_wherever_the_window_ends() =>
        Gen.Select(
            Gen.Frequency(
                (20, Gen.Int[0, 5_000].Select(KlineLines.Json)),
                (2, s_shortJunk.Select(s => JsonSerializer.Serialize(s))),
                (2, s_shortJunk.Select(s => $"[1735689600000,{JsonSerializer.Serialize(s)},[[]],{{\"]\":\"[\"}}]")),
                (1, s_junk.Select(s => $"[{JsonSerializer.Serialize(s)}]"))).Array[1, 120],
            Gen.Char[" \n\t\r"].Array[0, 3].Select(c => new string(c))).Sample((elements, blank) =>
        {
            string[] all = [KlineLines.Json(0), .. elements];
            string path = _folder.Write("BTCUSDT-1m.json", $"{blank}[{blank}{string.Join($"{blank},{blank}", all)}{blank}]{blank}");

            List<RawCandle> rows = Replays.RowsAsync(path).GetAwaiter().GetResult();

            Assert.Equal(all, rows.Select(r => r.RawJson));
            Assert.Equal(all.Select(e => KlineRowText.OpenTimeOf(Encoding.UTF8.GetBytes(e), KlineWireSchema.Binance)), rows.Select(r => r.OpenTime));
        }, iter: 300, threads: 1);

    [Fact]
    public void No_bytes_whatever_make_an_inspection_throw_and_what_it_accepts_is_read() =>
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Int[0, 2_000], Gen.Byte.Array[0, 12], Gen.Int[0, 30]).Sample((isJson, isGzip, at, put, cut) =>
        {
            string text = isJson ? KlineLines.Json(0, 12) : KlineLines.SpotHeader + "\n" + KlineLines.Csv(0, 12);
            byte[] whole = isGzip ? TemporaryFolder.Gzip(text) : Encoding.UTF8.GetBytes(text);
            int from = Math.Min(at, whole.Length);
            string path = _folder.Write("BTCUSDT-1m", [.. whole[..from], .. put, .. whole[Math.Min(whole.Length, from + cut)..]]);

            if (KlineFile.Inspect(path, new KlineFileOptions()) is KlineFileInspection.Readable readable)
            {
                long rows = 0;
                try
                {
                    rows = Replays.RowsAsync(path).GetAwaiter().GetResult().Count;
                    Assert.Null(readable.Facts.Damage);
                }
                catch (TruncatedInputException e)
                {
                    rows = e.Rows;
                    Assert.NotNull(readable.Facts.Damage);
                }

                Assert.Equal(readable.Facts.Rows, rows);
            }
        }, iter: 2_000, threads: 1);
}
