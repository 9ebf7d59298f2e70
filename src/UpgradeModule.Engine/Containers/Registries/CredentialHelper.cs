using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using UpgradeModule.Engine.Containers.Addresses;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Containers.Registries;

/// <summary>Asks one of docker's credential helpers, <c>docker-credential-X get</c>. The secret comes by a pipe and goes nowhere else.</summary>
internal static class CredentialHelper
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Asks for a log-in.</summary>
    /// <param name="name">The helper, without <c>docker-credential-</c>.</param>
    /// <param name="key">What the helper knows the registry as.</param>
    /// <param name="registry">The registry, for messages.</param>
    /// <param name="environment">The machine and the user.</param>
    /// <param name="cancellationToken">Ends the helper.</param>
    /// <returns>The log-in; <see langword="null"/> where the helper has none.</returns>
    /// <exception cref="UpgradeException"><c>RegistryLoginFailed</c>: it is not installed or failed.</exception>
    public static async Task<RegistryAuth?> GetAsync(string name, string key, string registry, EngineEnvironment environment, CancellationToken cancellationToken)
    {
        var program = "docker-credential-" + name;
        if (name.AsSpan().IndexOfAny('/', '\\') >= 0) throw EngineErrors.HelperFailed(program, registry, "its name has a slash.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        using var process = Start(program, registry, environment);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var complaint = process.StandardError.ReadToEndAsync(limit.Token);
            await FeedAsync(process, key, limit.Token).ConfigureAwait(false);
            var text = await output.ConfigureAwait(false);
            var says = await complaint.ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            if (process.ExitCode == 0) return Read(text, key) ?? throw EngineErrors.HelperFailed(program, registry, "what it wrote is no log-in.");
            // Helpers say on standard output that they know none.
            if (text.Contains("credentials not found", StringComparison.OrdinalIgnoreCase)) return null;
            throw EngineErrors.HelperFailed(program, registry, text.Trim().Length > 0 ? text : says.Trim().Length > 0 ? says : "it failed without a word.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw EngineErrors.HelperFailed(program, registry, "it didn't end within a minute.");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static Process Start(string program, string registry, EngineEnvironment environment)
    {
        var start = new ProcessStartInfo(Locate(program, environment)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, CreateNoWindow = true };
        start.ArgumentList.Add("get");
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception failure)
        {
            throw EngineErrors.HelperFailed(program, registry, "it can't be started: " + failure.Message);
        }
    }

    // Only from the PATH, never from the folder that this happens to run in.
    private static string Locate(string program, EngineEnvironment environment)
    {
        string[] endings = environment.IsWindows ? [".exe", ".cmd"] : [""];
        var folders = (environment.Variable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var places = from folder in folders where Path.IsPathFullyQualified(folder) from ending in endings select Path.Combine(folder, program + ending);
        return places.FirstOrDefault(File.Exists) ?? program;
    }

    private static async Task FeedAsync(Process process, string key, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteAsync(key.AsMemory(), cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its exit code tells.
        }
    }

    private static RegistryAuth? Read(string text, string key)
    {
        try
        {
            if (JsonSerializer.Deserialize(text, EngineJson.Default.HelperAnswer) is not { } answer) return null;
            return answer.Username == "<token>" ? new RegistryAuth { IdentityToken = answer.Secret, ServerAddress = key } : new RegistryAuth { UserName = answer.Username, Password = answer.Secret, ServerAddress = key };
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
