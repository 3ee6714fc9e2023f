using CryptoInsight.Lake.Changes;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Lake.Tests.Changes;

/// <summary>A session that may change its lake.</summary>
internal static class ChangingSession
{
    public static SqlSession OpenChanging(this SampleLake lake, ChangeConsent? consent = null)
    {
        int runs = 0;
        var changes = new LakeChanges(lake.Location, TimeProvider.System, what => $"{what}-{++runs}");
        return SqlSession.Open(lake.Location, new SqlSessionOptions { OnChange = (change, ct) => changes.RunAsync(change, consent ?? ChangeConsent.None, ct) });
    }
}
