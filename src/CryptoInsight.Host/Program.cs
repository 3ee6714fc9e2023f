using CryptoInsight.Host.Commands;
using CryptoInsight.Host.Node;
using CryptoInsight.Host.SqlWorkers;

return args is [WorkerMain.Verb] ? await WorkerMain.RunAsync() : ProcessEnd.With(await CommandTree.RunAsync(args));
