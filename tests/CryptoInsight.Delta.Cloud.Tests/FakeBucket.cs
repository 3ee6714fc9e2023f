using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace CryptoInsight.Delta.Cloud.Tests;

/// <summary>The objects and unfinished uploads of the fake, under one lock.</summary>
internal sealed class FakeBucket
{
    private const int PartBytesMin = 5 << 20;
    private static readonly XNamespace s_xml = "http://s3.amazonaws.com/doc/2006-03-01/";
    private static readonly DateTimeOffset s_modified = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, (byte[] Bytes, string ETag)> _objects = new(Comparer<string>.Create(CompareUtf8));
    private readonly Dictionary<string, SortedDictionary<int, (byte[] Bytes, string ETag)>> _uploads = [];
    private int _counter;

    public int OpenUploads
    {
        get
        {
            lock (_gate)
            {
                return _uploads.Count;
            }
        }
    }

    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_gate)
            {
                return [.. _objects.Keys];
            }
        }
    }

    public FakeReply Serve(FakeRequest request, byte[] body, string ifMatch, bool ignoresConditions)
    {
        bool isExclusive = request.IfNoneMatch == "*" && !ignoresConditions;
        lock (_gate)
        {
            return request.Method switch
            {
                "GET" when request.Query.ContainsKey("list-type") => List(request),
                "GET" or "HEAD" => Get(request, ifMatch),
                "PUT" when request.Query.TryGetValue("uploadId", out string? upload) => PutPart(upload, int.Parse(request.Query["partNumber"], CultureInfo.InvariantCulture), body),
                "PUT" => Put(request.Key, body, isExclusive),
                "POST" when request.Query.ContainsKey("uploads") => Begin(request.Key),
                "POST" => Complete(request.Key, request.Query["uploadId"], body, isExclusive),
                "DELETE" when request.Query.TryGetValue("uploadId", out string? upload) => _uploads.Remove(upload) ? FakeReply.Done(204) : FakeReply.Error(404, "NoSuchUpload"),
                "DELETE" => Delete(request.Key),
                _ => FakeReply.Error(405, "MethodNotAllowed"),
            };
        }
    }

    private static int CompareUtf8(string? a, string? b) => Encoding.UTF8.GetBytes(a!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b!));

    // The SDK takes 32 hexadecimal digits for the MD5 of the bytes and checks it.
#pragma warning disable CA5351 // S3's name for a version, not a safeguard.
    private static string ETagOf(byte[] bytes) => $"\"{Convert.ToHexStringLower(MD5.HashData(bytes))}\"";
#pragma warning restore CA5351

    private FakeReply Put(string key, byte[] body, bool isExclusive)
    {
        if (isExclusive && _objects.ContainsKey(key))
        {
            return FakeReply.Error(412, "PreconditionFailed");
        }

        string etag = ETagOf(body);
        _objects[key] = (body, etag);
        return FakeReply.Done(etag: etag);
    }

    private FakeReply Delete(string key)
    {
        _objects.Remove(key);
        return FakeReply.Done(204);
    }

    private FakeReply Get(FakeRequest request, string ifMatch)
    {
        if (!_objects.TryGetValue(request.Key, out (byte[] Bytes, string ETag) found))
        {
            return FakeReply.Error(404, "NoSuchKey");
        }

        // The SDK may send the tag without its quotes.
        if (ifMatch.Length > 0 && ifMatch.Trim('"') != found.ETag.Trim('"'))
        {
            return FakeReply.Error(412, "PreconditionFailed");
        }

        Dictionary<string, string> headers = new() { ["ETag"] = found.ETag, ["Last-Modified"] = FakeReply.HttpDate(s_modified), ["Accept-Ranges"] = "bytes" };
        if (request.Range is null)
        {
            return new FakeReply(200, found.Bytes) { Headers = headers };
        }

        string[] ends = request.Range["bytes=".Length..].Split('-');
        int length = found.Bytes.Length;
        long from = ends[0].Length == 0 ? Math.Max(0, length - Number(ends[1])) : Number(ends[0]);
        long to = ends[0].Length == 0 || ends[1].Length == 0 ? length - 1 : Math.Min(length - 1, Number(ends[1]));
        if (from >= length)
        {
            return FakeReply.Error(416, "InvalidRange");
        }

        headers["Content-Range"] = $"bytes {from}-{to}/{length}";
        return new FakeReply(206, found.Bytes[(int)from..((int)to + 1)]) { Headers = headers };
    }

    private FakeReply Begin(string key)
    {
        string upload = $"upload-{++_counter}";
        _uploads[upload] = [];
        return FakeReply.Of(new XElement(s_xml + "InitiateMultipartUploadResult", new XElement(s_xml + "Key", key), new XElement(s_xml + "UploadId", upload)));
    }

    private FakeReply PutPart(string upload, int number, byte[] body)
    {
        if (!_uploads.TryGetValue(upload, out SortedDictionary<int, (byte[] Bytes, string ETag)>? parts))
        {
            return FakeReply.Error(404, "NoSuchUpload");
        }

        string etag = ETagOf(body);
        parts[number] = (body, etag);
        return FakeReply.Done(etag: etag);
    }

    private FakeReply Complete(string key, string upload, byte[] body, bool isExclusive)
    {
        if (!_uploads.TryGetValue(upload, out SortedDictionary<int, (byte[] Bytes, string ETag)>? parts))
        {
            return FakeReply.Error(404, "NoSuchUpload");
        }

        if (isExclusive && _objects.ContainsKey(key))
        {
            return FakeReply.Error(412, "PreconditionFailed");
        }

        List<byte[]> named = [];
        foreach (XElement part in XDocument.Parse(Encoding.UTF8.GetString(body)).Descendants().Where(e => e.Name.LocalName == "Part"))
        {
            int number = int.Parse(part.Elements().Single(e => e.Name.LocalName == "PartNumber").Value, CultureInfo.InvariantCulture);
            string etag = part.Elements().Single(e => e.Name.LocalName == "ETag").Value;
            if (!parts.TryGetValue(number, out (byte[] Bytes, string ETag) sent) || sent.ETag.Trim('"') != etag.Trim('"'))
            {
                return FakeReply.Error(400, "InvalidPart");
            }

            named.Add(sent.Bytes);
        }

        if (named.SkipLast(1).Any(p => p.Length < PartBytesMin))
        {
            return FakeReply.Error(400, "EntityTooSmall");
        }

        _uploads.Remove(upload);
        string whole = $"{ETagOf(body)[..^1]}-{named.Count}\"";
        _objects[key] = ([.. named.SelectMany(p => p)], whole);
        return FakeReply.Of(new XElement(s_xml + "CompleteMultipartUploadResult", new XElement(s_xml + "Key", key), new XElement(s_xml + "ETag", whole)));
    }

    private FakeReply List(FakeRequest request)
    {
        string prefix = request.Query.GetValueOrDefault("prefix", "");
        string after = request.Query.GetValueOrDefault("continuation-token") ?? request.Query.GetValueOrDefault("start-after", "");
        int max = int.Parse(request.Query.GetValueOrDefault("max-keys", "1000"), CultureInfo.InvariantCulture);
        List<KeyValuePair<string, (byte[] Bytes, string ETag)>> found = [.. _objects.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal) && CompareUtf8(o.Key, after) > 0).Take(max + 1)];
        bool isTruncated = found.Count > max;
        List<KeyValuePair<string, (byte[] Bytes, string ETag)>> page = [.. found.Take(max)];
        return FakeReply.Of(new XElement(s_xml + "ListBucketResult",
            new XElement(s_xml + "Name", FakeS3.Bucket),
            new XElement(s_xml + "Prefix", prefix),
            new XElement(s_xml + "KeyCount", page.Count),
            new XElement(s_xml + "IsTruncated", isTruncated),
            isTruncated ? new XElement(s_xml + "NextContinuationToken", page[^1].Key) : null,
            page.Select(o => new XElement(s_xml + "Contents",
                new XElement(s_xml + "Key", o.Key),
                new XElement(s_xml + "LastModified", s_modified.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)),
                new XElement(s_xml + "ETag", o.Value.ETag),
                new XElement(s_xml + "Size", o.Value.Bytes.Length)))));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
