using System.Buffers;
using System.Text;
using UpgradeModule.Engine.Databases.MySql;

namespace UpgradeModule.Tests.Databases.MySql;

/// <summary>Events are switched by the one word that does it, wherever else it stands.</summary>
public class EventSwitchTests
{
    private const string Start = "/*!50106 CREATE*/ /*!50117 DEFINER=`ro ENABLE DO`@`localhost`*/ /*!50106 EVENT ";

    [Theory]
    [InlineData("`clean`", "EVERY 1 DAY STARTS '2026-01-01 03:00:00' ON COMPLETION NOT PRESERVE", " DO DELETE FROM t */ ;;\n", "clean")]
    [InlineData("`ä``b ENABLE DO x`", "AT '2030-01-01 03:00:00' ON COMPLETION PRESERVE", " COMMENT 'it''s PRESERVE ENABLE DO' DO BEGIN\n", "ä`b ENABLE DO x")]
    [InlineData("\"two \"\" words\"", "EVERY '1:30' HOUR_MINUTE STARTS '2026-01-01 03:00:00' ENDS '2027-01-01 03:00:00' ON COMPLETION NOT PRESERVE", " DO SELECT 'ON COMPLETION PRESERVE ENABLE DO '\n", "two \" words")]
    public void An_event_is_switched_off_and_on_again_as_it_was(string name, string schedule, string rest, string plain)
    {
        var line = $"{Start}{name} ON SCHEDULE {schedule} ENABLE{rest}";
        var off = EventSwitch.Off();
        var asleep = Change(off, line);
        Assert.Equal($"{Start}{name} ON SCHEDULE {schedule} DISABLE{rest}", asleep);
        Assert.Equal([plain], off.Rested);
        Assert.Equal(line, Change(EventSwitch.On(off.Rested), asleep!));
        Assert.Null(Change(EventSwitch.On(["another"]), asleep!));
        Assert.Null(Change(EventSwitch.Off(), asleep!));
    }

    [Theory]
    [InlineData(Start + "`e` ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE DISABLE ON SLAVE DO SELECT 1\n")]
    [InlineData("CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE ENABLE DO SELECT 1\n")]
    [InlineData("/*!50003 CREATE*/ /*!50003 TRIGGER `e` BEFORE INSERT ON t FOR EACH ROW SET @x = 1\n")]
    public void Other_lines_stay(string line)
    {
        Assert.Null(Change(EventSwitch.Off(), line));
        Assert.Null(Change(EventSwitch.On(["e"]), line));
    }

    private static string? Change(EventSwitch events, string line)
    {
        var output = new ArrayBufferWriter<byte>();
        return events.Change(Encoding.UTF8.GetBytes(line), output) ? Encoding.UTF8.GetString(output.WrittenSpan) : null;
    }
}
