-- wrk: one call, named by the environment: CARDEA_CALL is start, get or guest of the meetings dialect, participant of
-- the participants dialect (20 people to a room, which the first one makes), or join of the plugNmeet dialect.
-- CARDEA_REQUESTS: for join, a file of lines "signature body", taken in turn.
local call = os.getenv("CARDEA_CALL")
local path = os.getenv("CARDEA_PATH")

wrk.headers["Content-Type"] = "application/json"
if call == "start" then
  wrk.method = "POST"
  wrk.headers["Authorization"] = os.getenv("CARDEA_API_KEY")
  wrk.body = '{"user":{"name":"Jane Doe","id":"janedoe"}}'
elseif call == "guest" then
  wrk.method = "POST"
  wrk.body = '{"name":"John Doe"}'
end
wrk.path = path

if call == "participant" then
  wrk.method = "POST"
  wrk.headers["X-API-Key"] = os.getenv("CARDEA_API_KEY")
  local body, run, count = '{"display_name":"Jane Doe"}', os.time(), 0
  request = function()
    count = count + 1
    return wrk.format(nil, path .. "/bench-" .. run .. "-" .. math.floor(count / 20) .. "/participants", nil, body)
  end
end

if call == "join" then
  wrk.method = "POST"
  wrk.headers["API-KEY"] = os.getenv("CARDEA_KEY_ID")
  local requests, at = {}, 0
  for line in io.lines(os.getenv("CARDEA_REQUESTS")) do
    local signature, body = line:match("^(%x+) (.*)$")
    requests[#requests + 1] = { signature = signature, body = body }
  end
  request = function()
    at = at % #requests + 1
    wrk.headers["HASH-SIGNATURE"] = requests[at].signature
    return wrk.format(nil, nil, nil, requests[at].body)
  end
end
