using System.Management.Automation;

namespace UpgradeModule.Pipeline;

/// <summary>Reads a secret by SecretManagement, where the session has it.</summary>
internal static class SecretVault
{
    private const string Script = "param($Name, $Vault) $ask = @{ Name = $Name }; if ($Vault) { $ask.Vault = $Vault }; Get-Secret @ask -AsPlainText -ErrorAction Stop";

    /// <summary>Reads a secret. Called on the pipeline thread.</summary>
    /// <param name="commands">The session's commands.</param>
    /// <param name="name">The secret's name.</param>
    /// <param name="vault">The vault's name; the default one where <see langword="null"/>.</param>
    /// <exception cref="UpgradeException"><c>SecretNotFound</c>.</exception>
    public static string Read(CommandInvocationIntrinsics commands, string name, string? vault)
    {
        try
        {
            foreach (var item in commands.InvokeScript(Script, name, vault))
            {
                if (item?.BaseObject is string text) return text;
            }
        }
        catch (PipelineStoppedException)
        {
            throw;
        }
        catch (CommandNotFoundException exception)
        {
            throw Failed(name, vault, "There is no command Get-Secret in this session.", "Install Microsoft.PowerShell.SecretManagement and register a vault, or use a reference of the form env:NAME or file:PATH.", exception);
        }
        catch (RuntimeException exception)
        {
            throw Failed(name, vault, exception.Message, "Look with Get-SecretInfo which secrets there are.", exception);
        }

        throw Failed(name, vault, "The vault gave no text.", "Store the secret as a string or SecureString.", null);
    }

    private static UpgradeException Failed(string name, string? vault, string reason, string remedy, Exception? cause) =>
        new("SecretNotFound", UpgradeErrorCategory.ObjectNotFound, name, $"The secret '{name}'{(vault is null ? "" : $" of the vault '{vault}'")} can't be read: {reason}", remedy, cause);
}
