-- wrk: POST /api/v1/rooms, each a durable write.
wrk.method = "POST"
wrk.body = '{"config":{"max_participants":10}}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["X-API-Key"] = os.getenv("CARDEA_API_KEY")
