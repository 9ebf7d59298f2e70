namespace UpgradeModule;

/// <summary>The category of a failure; the names are PowerShell's.</summary>
public enum UpgradeErrorCategory
{
    /// <summary>An argument is not acceptable.</summary>
    InvalidArgument,

    /// <summary>Data is not what it should be.</summary>
    InvalidData,

    /// <summary>The operation is not possible in the present state.</summary>
    InvalidOperation,

    /// <summary>Something that was named does not exist.</summary>
    ObjectNotFound,

    /// <summary>Something exists already.</summary>
    ResourceExists,

    /// <summary>Something that is needed is not there or not usable.</summary>
    ResourceUnavailable,

    /// <summary>Something is in use.</summary>
    ResourceBusy,

    /// <summary>A right is missing.</summary>
    PermissionDenied,

    /// <summary>A log-in was refused.</summary>
    AuthenticationError,

    /// <summary>A connection could not be made or broke.</summary>
    ConnectionError,

    /// <summary>It took too long.</summary>
    OperationTimeout,

    /// <summary>It was cancelled.</summary>
    OperationStopped,

    /// <summary>Reading failed.</summary>
    ReadError,

    /// <summary>Writing failed.</summary>
    WriteError,

    /// <summary>A text could not be parsed.</summary>
    ParserError,

    /// <summary>A check of integrity failed.</summary>
    SecurityError,

    /// <summary>This version of the module can't do it.</summary>
    NotImplemented,

    /// <summary>A program that is needed is not installed.</summary>
    NotInstalled,

    /// <summary>A limit, such as the free space of a disk, is exceeded.</summary>
    LimitsExceeded,
}
