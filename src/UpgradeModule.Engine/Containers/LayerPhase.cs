namespace UpgradeModule.Engine.Containers;

/// <summary>What happens to a layer.</summary>
internal enum LayerPhase
{
    /// <summary>It waits for its turn.</summary>
    Waiting,

    /// <summary>It is downloaded.</summary>
    Downloading,

    /// <summary>It is here and its checksum is looked at.</summary>
    Downloaded,

    /// <summary>It is unpacked.</summary>
    Extracting,

    /// <summary>It is done.</summary>
    Complete,

    /// <summary>It was there already.</summary>
    Existing,
}
