namespace UpgradeModule.Engine.Containers;

/// <summary>How far a layer is.</summary>
/// <param name="Id">The layer: the first twelve digits of its digest.</param>
/// <param name="Phase">What happens to it.</param>
/// <param name="Current">The bytes that are done, of this phase; 0 where the engine doesn't tell.</param>
/// <param name="Total">The bytes in all; <see langword="null"/> where the engine doesn't tell.</param>
internal sealed record LayerProgress(string Id, LayerPhase Phase, long Current, long? Total);
