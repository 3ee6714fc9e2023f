using CryptoInsight.Host.Commands;
using CryptoInsight.Host.SqlWorkers;

return args is [WorkerMain.Verb] ? await WorkerMain.RunAsync() : await CommandTree.RunAsync(args);
