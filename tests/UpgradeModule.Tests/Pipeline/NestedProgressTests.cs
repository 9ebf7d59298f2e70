using UpgradeModule.Pipeline;

namespace UpgradeModule.Tests.Pipeline;

public class NestedProgressTests
{
    [Fact]
    public void Each_layer_has_a_bar_of_its_own_beneath_the_pulls_and_each_is_ended_once()
    {
        var voice = new Voice();
        using var stop = new CancellationTokenSource();
        var pump = new PipelinePump(TimeSpan.FromSeconds(1));
        var operation = new PipelineOperation(pump, voice, stop.Token);
        pump.Run(
            () =>
            {
                operation.Progress(new OperationProgress { Activity = "Pulling app:1", Status = "0 of 3 layers", Percent = 0 });
                foreach (var layer in new[] { "a", "b", "c" }) operation.Progress(new OperationProgress { Activity = "Layer " + layer, Status = "Downloading", Percent = 10, Parent = "Pulling app:1" });
                operation.Progress(new OperationProgress { Activity = "Layer a", Status = "Complete", Parent = "Pulling app:1", Completed = true });
                return Task.CompletedTask;
            },
            stop);
        operation.EndProgress();

        var shown = voice.Shown.Where(progress => !progress.Completed).ToList();
        Assert.Equal(["Pulling app:1", "Layer a", "Layer b", "Layer c"], shown.Select(progress => progress.Activity));
        Assert.All(shown.Skip(1), progress => Assert.Equal("Pulling app:1", progress.Parent));
        Assert.Equal(4, shown.Select(progress => ProgressIds.Of(progress.Activity)).Distinct().Count());
        Assert.Equal(["Layer a", "Layer b", "Layer c", "Pulling app:1"], voice.Shown.Where(progress => progress.Completed).Select(progress => progress.Activity).Order(StringComparer.Ordinal));
    }

    private sealed class Voice : IPipelineVoice
    {
        public List<OperationProgress> Shown { get; } = [];

        public void Output(object record) => Assert.Fail("There is no output.");

        public void Error(Exception exception, object? target) => Assert.Fail(exception.Message);

        public void Verbose(string message) => Assert.Fail(message);

        public void Warning(string message) => Assert.Fail(message);

        public void Progress(OperationProgress progress) => Shown.Add(progress);

        public string Secret(string name, string? vault) => "";
    }
}
