namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>How a program of systemd ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote for programs to read.</param>
/// <param name="Complaint">What it wrote for people: it is shown, never read.</param>
internal sealed record ProgramResult(int ExitCode, string Output, string Complaint);
