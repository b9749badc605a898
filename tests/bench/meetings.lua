-- wrk: one call, named by the environment: CARDEA_CALL is start, get or guest of the meetings dialect, or join of
-- the plugNmeet dialect. CARDEA_REQUESTS: for join, a file of lines "signature body", taken in turn.
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
