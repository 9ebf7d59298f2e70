namespace UpgradeModule.Engine.Databases.Mongo;

/// <summary>What the shell runs: mongosh, or the older mongo. It gets what is asked as JSON, and answers by one line of JSON.</summary>
internal static class MongoScript
{
    /// <summary>What an answer begins with; whatever else a shell prints is passed over.</summary>
    public const string Answer = "UM-OUT:";

    /// <summary>What a failure begins with.</summary>
    public const string Failure = "UM-ERR:";

    private const string Text = """
        (function () {
          var um = UM_INPUT;
          function num(x) { return x === null || x === undefined ? 0 : typeof x === 'number' ? x : typeof x.toNumber === 'function' ? x.toNumber() : Number(x); }
          function text(x) {
            if (x === null || x === undefined) return null;
            if (typeof x === 'object') { return typeof x.toNumber === 'function' ? String(x.toNumber()) : JSON.stringify(x); }
            return String(x);
          }
          function check(answer) { if (!answer || num(answer.ok) !== 1) { var e = new Error((answer && answer.errmsg) || 'no answer'); e.code = answer && answer.code; throw e; } return answer; }
          function fail(e) { return { code: num(e && e.code) || 0, message: String((e && e.message) || e) }; }
          function collections(d) {
            var all = check(d.runCommand({ listCollections: 1, cursor: { batchSize: 100000 } })).cursor.firstBatch;
            return all.filter(function (c) { return c.type !== 'view' && c.name.indexOf('system.') !== 0; }).map(function (c) { return c.name; });
          }
          function ask(db, one) {
            var answer = check(db.getSiblingDB(one.db || um.name).runCommand(one.command));
            if (one.value) return text(one.value.split('.').reduce(function (x, key) { return x === null || x === undefined ? x : x[key]; }, answer));
            if (answer.cursor) return answer.cursor.firstBatch.length === 0 ? '0' : text(answer.cursor.firstBatch[0].n);
            return text(answer.n !== undefined ? answer.n : answer.ok);
          }
          var work = {
            facts: function (db) {
              var admin = db.getSiblingDB('admin');
              var build = check(admin.runCommand({ buildInfo: 1 }));
              var stats = check(db.runCommand({ dbStats: 1 }));
              var info = check(admin.runCommand({ connectionStatus: 1, showPrivileges: true })).authInfo;
              var may = info.authenticatedUsers.length === 0 || (info.authenticatedUserPrivileges || []).some(function (p) {
                var r = p.resource || {};
                return (r.anyResource === true || (r.db === '' && r.collection === '')) && p.actions.indexOf('dropDatabase') >= 0 && p.actions.indexOf('insert') >= 0;
              });
              return { version: build.version, size: num(stats.dataSize) + num(stats.indexSize), collections: num(stats.collections), may: may };
            },
            count: function (db) {
              return collections(db).filter(function (name) { return name !== 'um_kept'; }).map(function (name) {
                var batch = check(db.runCommand({ aggregate: name, pipeline: [{ $group: { _id: null, n: { $sum: 1 } } }], cursor: {} })).cursor.firstBatch;
                return { name: name, rows: batch.length === 0 ? 0 : num(batch[0].n) };
              });
            },
            ask: function (db) {
              return um.commands.map(function (one) { try { return { value: ask(db, one) }; } catch (e) { return { error: fail(e) }; } });
            },
            databases: function (db) {
              return check(db.getSiblingDB('admin').runCommand({ listDatabases: 1, nameOnly: true })).databases.map(function (d) { return d.name; }).filter(function (name) { return name.indexOf(um.start) === 0; });
            },
            drop: function (db) { check(db.getSiblingDB(um.database).runCommand({ dropDatabase: 1 })); return true; },
            mark: function (db) { check(db.getSiblingDB(um.database).runCommand({ update: 'um_kept', updates: [{ q: { _id: 'um' }, u: um.document, upsert: true }] })); return true; },
            unmark: function (db) { db.getSiblingDB(um.database).runCommand({ drop: 'um_kept' }); return true; },
            marked: function (db) {
              var batch = check(db.getSiblingDB(um.database).runCommand({ find: 'um_kept', filter: { _id: 'um' }, limit: 1, singleBatch: true })).cursor.firstBatch;
              return batch.length === 0 ? null : batch[0];
            },
            lock: function (db) {
              var d = db.getSiblingDB(um.database);
              if (um.stale) check(d.runCommand({ delete: 'lock', deletes: [{ q: { _id: 'deployment', mark: um.stale }, limit: 1 }] }));
              var answer = check(d.runCommand({ insert: 'lock', documents: [um.document] }));
              if (num(answer.n) === 1) return null;
              if (answer.writeErrors && num(answer.writeErrors[0].code) !== 11000) throw new Error(answer.writeErrors[0].errmsg);
              var batch = check(d.runCommand({ find: 'lock', filter: { _id: 'deployment' }, limit: 1, singleBatch: true })).cursor.firstBatch;
              return batch.length === 0 ? { mark: '', holder: 'it has ended just now' } : batch[0];
            },
            unlock: function (db) { check(db.getSiblingDB(um.database).runCommand({ delete: 'lock', deletes: [{ q: { _id: 'deployment', mark: um.mark }, limit: 1 }] })); return true; }
          };
          try { print('UM-OUT:' + JSON.stringify({ answer: work[um.work](connect(um.address)) })); } catch (e) { print('UM-ERR:' + JSON.stringify(fail(e))); }
        })();
        """;

    /// <summary>The script that does some work.</summary>
    /// <param name="input">What is asked, as JSON; its <c>work</c> names the work.</param>
    public static string Of(string input) => Text.Replace("UM_INPUT", input, StringComparison.Ordinal);
}
