-- The same ERP on PostgreSQL: names in lower case, real types, padded codes, procedures as functions.
CREATE TABLE famille (code varchar(20) PRIMARY KEY, libelle text, parent varchar(20), date_modif timestamp);
CREATE TABLE article (
  ref varchar(30) PRIMARY KEY, designation text, famille char(20), marque text, ean varchar(20), prix_ht numeric(12, 4),
  taux_tva numeric(5, 2), stock numeric(12, 3), poids numeric(10, 3), sommeil boolean DEFAULT false, photo text, couleur text,
  date_modif timestamp);
CREATE TABLE client (
  code_client varchar(20) PRIMARY KEY, raison_sociale text, nom text, prenom text, email text, tel text, adresse text, cp text,
  ville text, code_pays char(2), ref_web text UNIQUE, date_modif timestamp);
CREATE TABLE commande (
  numero varchar(20) PRIMARY KEY, date_commande date, code_client varchar(20), ref_web text UNIQUE, etat char(1),
  total_ht numeric(12, 2), total_tva numeric(12, 2), total_ttc numeric(12, 2), num_facture text, num_suivi text,
  date_modif timestamp);
CREATE TABLE commande_ligne (
  numero varchar(20), num_ligne integer, ref varchar(30), libelle text, qte numeric(12, 3), montant_ht numeric(12, 4),
  taux_tva numeric(5, 2), PRIMARY KEY (numero, num_ligne));
CREATE VIEW v_web_commandes AS
  SELECT c.numero, c.date_commande, c.code_client, c.ref_web, c.etat, c.total_ht, c.total_tva, c.total_ttc, c.num_facture,
         c.num_suivi, c.date_modif, l.num_ligne, l.ref, l.libelle AS libelle_ligne, l.qte, l.montant_ht AS ligne_ht, l.taux_tva
    FROM commande c LEFT JOIN commande_ligne l ON l.numero = c.numero;

CREATE FUNCTION web_commande(reference text, donnees jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE nouveau text;
BEGIN
  SELECT numero INTO nouveau FROM commande WHERE ref_web = reference;
  IF FOUND THEN RETURN nouveau; END IF;
  IF EXISTS (SELECT 1 FROM jsonb_array_elements(donnees->'lines') l WHERE l->>'item' NOT IN (SELECT ref FROM article)) THEN
    RAISE EXCEPTION 'un article de la commande n’existe pas';
  END IF;
  IF donnees->>'customer' NOT IN (SELECT code_client FROM client) THEN
    RAISE EXCEPTION 'ce client n’existe pas';
  END IF;
  SELECT 'CC' || lpad((1 + coalesce(max(substr(numero, 3)::integer), 0))::text, 4, '0') INTO nouveau FROM commande;
  INSERT INTO commande VALUES (nouveau, (donnees->>'dated')::date, donnees->>'customer', reference, 'E',
    (donnees->>'net')::numeric, (donnees->>'tax')::numeric, (donnees->>'gross')::numeric, NULL, NULL, localtimestamp);
  INSERT INTO commande_ligne
    SELECT nouveau, position, l->>'item', l->>'title', (l->>'quantity')::numeric, (l->>'net')::numeric, (l->>'rate')::numeric
      FROM jsonb_array_elements(donnees->'lines') WITH ORDINALITY AS lines(l, position);
  RETURN nouveau;
END $$;

CREATE FUNCTION web_client(reference text, donnees jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE nouveau text;
BEGIN
  SELECT code_client INTO nouveau FROM client WHERE ref_web = reference;
  IF FOUND THEN RETURN nouveau; END IF;
  IF donnees->>'last_name' = '' AND donnees->>'company' = '' THEN
    RAISE EXCEPTION 'un client sans nom';
  END IF;
  SELECT coalesce(nullif(donnees->>'code', ''), 'C' || lpad((1 + count(*))::text, 4, '0')) INTO nouveau FROM client;
  INSERT INTO client VALUES (nouveau, donnees->>'account_title', donnees->>'last_name', donnees->>'first_name',
    donnees->>'email', donnees->>'phone', donnees->'billing'->>'line1', donnees->'billing'->>'postal_code',
    donnees->'billing'->>'city', donnees->'billing'->>'country', reference, localtimestamp);
  RETURN nouveau;
END $$;
