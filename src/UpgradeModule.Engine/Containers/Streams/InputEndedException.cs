namespace UpgradeModule.Engine.Containers.Streams;

/// <summary>A command reads no more of its input: it has ended, or closed it.</summary>
/// <param name="cause">What writing came upon.</param>
internal sealed class InputEndedException(IOException cause) : IOException(cause.Message, cause);
