using System.Globalization;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>
/// A file of this process for as long as it holds a container lock. When the lock is given back while the engine is away, its container stays; that its holder, who
/// lives on, has let go of it is known by the file that is gone.
/// </summary>
internal sealed class LockMark : IDisposable
{
    private readonly string _path;

    /// <summary>Makes one.</summary>
    public LockMark()
    {
        Token = Guid.NewGuid().ToString("N");
        _path = PathOf(Token);
        try
        {
            File.WriteAllBytes(_path, []);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Without it the lock is one that only its holder's end gives back.
            Token = "";
        }
    }

    /// <summary>The name that the lock bears; empty where no file could be made.</summary>
    public string Token { get; }

    /// <summary>Whether the holder, which is this very process, has let go of the lock.</summary>
    /// <param name="token">The name that the lock bears.</param>
    public static bool IsGone(string? token) => token is { Length: 32 } && token.All(char.IsAsciiHexDigit) && !File.Exists(PathOf(token));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Token.Length > 0) File.Delete(_path);
    }

    private static string PathOf(string token) => Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"upgrademodule-lock-{Environment.ProcessId}-{token}"));
}
