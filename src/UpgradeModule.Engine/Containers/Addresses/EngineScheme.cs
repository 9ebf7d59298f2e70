namespace UpgradeModule.Engine.Containers.Addresses;

/// <summary>How an engine is connected to.</summary>
internal enum EngineScheme
{
    /// <summary>A socket of the file system.</summary>
    Unix,

    /// <summary>A named pipe of Windows.</summary>
    Pipe,

    /// <summary>TCP, with TLS or without.</summary>
    Tcp,

    /// <summary>The docker program of another machine, by ssh.</summary>
    Ssh,
}
