namespace CryptoInsight.Delta.Store;

/// <summary>One call on a store, for a plan of faults.</summary>
/// <param name="Ordinal">How many calls came before it.</param>
/// <param name="Operation">What is asked.</param>
/// <param name="Key">Of which object (for a listing: the prefix).</param>
public readonly record struct StoreCall(long Ordinal, StoreOperation Operation, string Key);

/// <summary>The calls that can fail.</summary>
public enum StoreOperation
{
    /// <summary><see cref="IObjectStore.PutIfAbsentAsync"/>.</summary>
    PutIfAbsent,

    /// <summary><see cref="IObjectStore.PutAsync"/>.</summary>
    Put,

    /// <summary><see cref="IObjectWriter.CompleteAsync"/>.</summary>
    Complete,

    /// <summary><see cref="IObjectStore.ReadAsync"/> and <see cref="IObjectStore.OpenReadAsync"/>.</summary>
    Read,

    /// <summary><see cref="IObjectStore.FindAsync"/>.</summary>
    Find,

    /// <summary><see cref="IObjectStore.ListAsync"/>.</summary>
    List,

    /// <summary><see cref="IObjectStore.DeleteAsync"/>.</summary>
    Delete,
}

/// <summary>What goes wrong at one call.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Bytes">For <see cref="StoreFaultKind.PartialWrite"/>: how many bytes arrive.</param>
public readonly record struct StoreFault(StoreFaultKind Kind, int Bytes = 0)
{
    /// <summary>Nothing goes wrong.</summary>
    public static StoreFault None { get; }
}

/// <summary>The kinds of fault.</summary>
public enum StoreFaultKind
{
    /// <summary>No fault.</summary>
    None,

    /// <summary>The call fails and had no effect.</summary>
    ErrorBefore,

    /// <summary>The call took effect, but its reply is lost.</summary>
    ErrorAfter,

    /// <summary>A store that breaks its promise: part of the bytes stay under the key, and the call fails.</summary>
    PartialWrite,

    /// <summary>The process dies before the call takes effect: every later call fails until <see cref="MemoryObjectStore.Revive"/>.</summary>
    CrashBefore,

    /// <summary>The process dies after the call took effect.</summary>
    CrashAfter,
}

/// <summary>A fault that a plan injected.</summary>
public sealed class InjectedFaultException(StoreCall call, StoreFaultKind kind) : IOException($"Injected {kind} at call {call.Ordinal} ({call.Operation}).")
{
    /// <summary>The kind.</summary>
    public StoreFaultKind Kind { get; } = kind;
}
